"""The fault table: the rows that the stand-in causes by itself, and those that have tests of their own."""

from typing import Final

from .addresses import PLACES
from .answers import SLOW_ANSWERS
from .ending import CLOSE_CODES, ENDING
from .manners import WAYS
from .messages import MESSAGES, STATUSES
from .opening import OPENING, PROXY
from .rows import AT_ONCE, HANGS, RETRIED, TRANSPARENT, Elsewhere, Group, Loss, Outcome, Row, Sdks, retried

__all__ = [
    "CLOSE_CODES",
    "ELSEWHERE",
    "ENDING",
    "MACHINE",
    "MESSAGES",
    "OPENING",
    "PLACES",
    "PROXY",
    "SLOW_ANSWERS",
    "STATUSES",
    "TABLE",
    "WAYS",
    "Elsewhere",
    "Group",
    "Loss",
    "Outcome",
    "Row",
    "Sdks",
]

TABLE: Final = (PLACES, OPENING, PROXY, ENDING, CLOSE_CODES, SLOW_ANSWERS, MESSAGES, WAYS, STATUSES)

_WAITS: Final = Sdks(native="hangs > 25 s", javascript="hangs > 25 s")
_NOT_THERE: Final = Sdks(native="cannot be caused there", javascript="cannot be caused there")

ELSEWHERE: Final = (
    Elsewhere(
        fault="connection ten minutes old in mid-stream",
        outcome="the complete transcript",
        within="0 s",
        shown_by="faults.test_limits.test_ten_minutes",
        sdks=TRANSPARENT,
    ),
    Elsewhere(
        fault="three minutes without a command",
        outcome="the connection was closed after one; the next command opens another",
        within="0 s",
        shown_by="wire.test_pool.test_used_until_its_idle_time_is_over",
        sdks=TRANSPARENT,
    ),
    Elsewhere(
        fault="connection that was kept open has died unnoticed",
        outcome="the complete transcript; it does not count as an attempt",
        within="2 s, 5 s if it answers pings, or 0 s if the service says so",
        shown_by="wire.test_pool.test_dead_connection_costs_little_and_does_not_count",
        sdks=HANGS,
    ),
    Elsewhere(
        fault="a phrase without words and times, and the turn's end, in the middle of a recording (NoMatch, Error, …)",
        outcome="the complete transcript; what had been sent was silence",
        within="0 s",
        shown_by="recognition.test_flow.test_silence_that_ends_the_turn_is_not_the_end_of_a_recording",
    ),
    Elsewhere(
        fault="noise before a command: a phrase without words, and the turn's end, while audio comes (NoMatch, …)",
        outcome="the command, in a new turn on the same connection; nothing of the audio is lost",
        within="0 s",
        shown_by="recognition.test_false_start.test_the_command_behind_it_is_heard_whole_in_a_new_turn",
        sdks=Sdks(native="NoMatch", javascript="NoMatch"),
    ),
    Elsewhere(
        fault="a connection that breaks, or one request too many, between that noise and the command",
        outcome="the command",
        within="0 s, or as long as others take",
        shown_by="recognition.test_false_start.test_a_connection_that_breaks_then_loses_nothing",
    ),
    Elsewhere(
        fault="noise that a service hears again and again, in the same audio or in more of it",
        outcome="an empty result",
        within="the fifth time, and one time more for each three seconds",
        shown_by="recognition.test_false_start.test_noise_and_noise_again_has_an_end",
    ),
    Elsewhere(
        fault='close code 1007 ("Language identification with DetectContinuous not supported on v1.")',
        outcome="the complete transcript; the language is detected at the start, among the first four, from then on",
        within="0 s",
        shown_by="recognition.test_detection.test_detected_at_the_start_where_it_is_not_all_along",
    ),
    Elsewhere(
        fault="close code 4429 on a connection that was kept open",
        outcome="the complete transcript, on a new connection",
        within="1 s",
        shown_by="wire.test_pool.test_throttled_on_a_kept_connection",
        sdks=Sdks(native="TooManyRequests, then RuntimeError", javascript="RuntimeError"),
    ),
    Elsewhere(
        fault="one request too many beside others of this client, however the service says so",
        outcome="the complete transcript of each; commands in their order, then recordings",
        within="0.5 s from the end of the one before",
        shown_by="wire.test_throttle.test_two_commands",
    ),
    Elsewhere(
        fault="one command too many beside a recording",
        outcome="the complete transcript of both; the recording gives way, and goes on behind the command",
        within="3.5 s",
        shown_by="wire.test_throttle.test_a_command_during_a_recording",
    ),
    Elsewhere(
        fault="too many requests for longer than a command waits (25 s) or a recording (600 s)",
        outcome="`ThrottledError`",
        within="as long as that takes, or 0 s if the service says so",
        shown_by="wire.test_throttle.test_patience_has_an_end",
    ),
    Elsewhere(
        fault="token expired between commands, or in mid-speech",
        outcome="`CredentialsError` when a new connection is needed",
        within="0 s",
        shown_by="test_client.test_token_that_expires_in_mid_speech",
        sdks=Sdks(native="AuthenticationFailure at once", javascript=AT_ONCE),
    ),
    Elsewhere(
        fault="HTTP 400, 403 or 503 from the host that translates (s2s)",
        outcome="the complete transcript, by the region's other host",
        within="0 s",
        shown_by="recognition.test_translation_paths.test_region_whose_s2s_refuses",
    ),
    Elsewhere(
        fault="spoken translation without an end",
        outcome="the text, and no more than 4 MB of speech and 6 times the bytes given; a stream ends with an error",
        within="0 s",
        shown_by="recognition.test_spoken_translation.test_speech_without_end_is_cut_off",
    ),
    Elsewhere(
        fault="spoken translation that the caller does not take",
        outcome="the service has to wait; the complete translation when it is taken",
        within="0 s",
        shown_by="recognition.test_spoken_translation.test_speech_that_is_not_taken_is_not_received",
    ),
    Elsewhere(
        fault="connection that was kept open answers 3 s late",
        outcome="the complete transcript, sent once",
        within="3 s",
        shown_by="recognition.test_patience.test_slow_start_on_a_kept_connection_sends_a_command_once",
    ),
    Elsewhere(
        fault="link dead while somebody goes on dictating",
        outcome="the complete transcript",
        within="noticed 10 s later at most, by pings; 66 s if the service answers none",
        shown_by="recognition.test_patience.test_dead_link_in_dictation_is_noticed_within_ten_seconds",
    ),
    Elsewhere(
        fault="service falls silent while somebody goes on speaking",
        outcome="one more connection, then `ServiceTimeoutError`",
        within="15 s each (66 s each in a stream), from its last word",
        shown_by="recognition.test_flow.test_service_that_falls_silent_while_somebody_speaks",
        sdks=Sdks(native="hangs (continuous: gives up after 66 s of audio)", javascript="hangs"),
    ),
    Elsewhere(
        fault="somebody talks on without a pause, and the service ends no phrase",
        outcome="each word once: the turn ends between two words, and another one goes on behind it",
        within="5 s behind the longest phrase that was asked for; a request each time",
        shown_by="recognition.test_long_speech.test_each_word_is_said_once",
        sdks=Sdks(native="gives up after 66 s of audio"),
    ),
    Elsewhere(
        fault="the same, and there is no phrase even when the turn's audio has ended",
        outcome="one more attempt, then `UnusableMessageError`",
        within="5 s behind the longest phrase, each time",
        shown_by="recognition.test_long_speech.test_a_service_that_brings_no_phrase_even_then_has_failed",
        sdks=Sdks(native="gives up after 66 s of audio"),
    ),
    Elsewhere(
        fault="the service refuses to tell speakers apart",
        outcome="the complete transcript, without speakers",
        within="0 s",
        shown_by="recognition.test_attempts.test_a_request_that_is_refused_is_made_again_without_speakers",
    ),
    Elsewhere(
        fault="phrases that cover next to nothing, each time with a connection or a request that ends",
        outcome="what was heard, then `ProtocolError`; no audio is sent more than three times, on average",
        within="0 s",
        shown_by="recognition.test_pace.test_phrases_that_claim_next_to_nothing",
    ),
    Elsewhere(
        fault="REST API that answers before it hears (where no WebSocket can be opened)",
        outcome="what was heard, then `ProtocolError`, after four requests or one for each second of audio",
        within="0 s",
        shown_by="recognition.test_pace.test_rest_api_that_answers_before_it_hears",
    ),
    Elsewhere(
        fault="flood of pings, pongs, empty or tiny messages, hypotheses or metadata, before, in or behind a turn",
        outcome="the complete transcript, on another connection; Home Assistant goes on meanwhile",
        within="10 s",
        shown_by=".adversary.test_floods.test_flood",
    ),
    Elsewhere(
        fault="such a flood on each connection",
        outcome="`UnusableMessageError`; Home Assistant goes on meanwhile",
        within="10 s",
        shown_by=".adversary.test_floods.test_flood",
    ),
    Elsewhere(
        fault="link dead with all buffers full",
        outcome="as frozen; the socket is closed as well",
        within="1 s",
        shown_by="wire.test_connection.test_closes_on_a_dead_link_with_all_buffers_full",
        sdks=HANGS,
    ),
    Elsewhere(
        fault="WebSocket frames that are none, of 13 kinds",
        outcome="as other unusable messages",
        within="0 s",
        shown_by="wire.test_connection.test_what_is_no_websocket_message",
        sdks=Sdks(native="see a frame that is no WebSocket frame", javascript="see a frame that is no WebSocket frame"),
    ),
    Elsewhere(
        fault="HTTP 101 that is no upgrade",
        outcome="as refused: the REST API",
        within="0 s",
        shown_by="wire.test_connection.test_101_that_is_no_upgrade",
        sdks=retried("ConnectionFailure"),
    ),
    Elsewhere(
        fault="more than 60 s of audio where only the REST API is reachable",
        outcome="every byte of it, in pieces of 60 s",
        within="0 s",
        shown_by="recognition.test_short_audio.test_long_audio_goes_to_the_rest_api_in_pieces",
        sdks=Sdks(native=RETRIED.format("ConnectionFailure"), javascript=AT_ONCE),
    ),
    Elsewhere(
        fault="consumer cancelled, at every step of the loop, up to three times",
        outcome="no task, no socket left, and the next command works",
        within="0 s",
        shown_by="faults.test_cancellation.test_at_every_step",
        sdks=_NOT_THERE,
    ),
    Elsewhere(
        fault="client closed, at every step of the loop",
        outcome="`ConnectionFailedError`, no task, no socket left",
        within="0 s",
        shown_by="faults.test_cancellation.test_at_every_step",
    ),
    Elsewhere(
        fault="audio source ends at once, whatever the service does",
        outcome="an empty result, and nobody is waited for",
        within="0 s",
        shown_by="recognition.test_source.test_source_that_ends_at_once",
        sdks=Sdks(
            native="ServiceTimeout (continuous: an empty result)",
            javascript="an empty result, if the service answers; else hangs",
        ),
    ),
    Elsewhere(
        fault="audio source stalls",
        outcome="what was said before, complete",
        within="10 s",
        shown_by="recognition.test_source.test_source_that_stalls",
        sdks=_WAITS,
    ),
    Elsewhere(
        fault="audio source never begins",
        outcome="an empty result",
        within="10 s",
        shown_by="recognition.test_source.test_source_that_never_begins",
        sdks=_WAITS,
    ),
    Elsewhere(
        fault="audio source raises (also TimeoutError)",
        outcome="`AudioSourceError`, with the source's exception as its cause",
        within="0 s",
        shown_by="recognition.test_source.test_source_that_raises",
    ),
    Elsewhere(
        fault="audio source raises CancelledError",
        outcome="`AudioSourceError`: nobody has cancelled the caller",
        within="0 s",
        shown_by="recognition.test_source.test_source_that_is_cancelled_by_itself",
        sdks=_NOT_THERE,
    ),
    Elsewhere(
        fault="audio source raises when the service has heard the speech end",
        outcome="the complete transcript",
        within="0 s",
        shown_by="recognition.test_source.test_source_that_fails_behind_the_speech",
    ),
    Elsewhere(
        fault="audio source in another format",
        outcome="`BadAudioError`",
        within="0 s",
        shown_by="recognition.test_source.test_source_of_another_format",
        sdks=Sdks(native="sends it as it is, if it is told so", javascript="sends it as it is, if it is told so"),
    ),
    Elsewhere(
        fault="audio source faster than anybody speaks",
        outcome="it has to wait; 5 s at once, then twice real time",
        within="as long as that takes",
        shown_by="recognition.test_flow.test_source_that_is_faster_has_to_wait",
        sdks=Sdks(native="the same pace", javascript="the same pace"),
    ),
    Elsewhere(
        fault="wall clock jumps by an hour or a year, at every reading",
        outcome="the complete transcript",
        within="0 s",
        shown_by="recognition.test_flow.test_wall_clock_that_jumps",
    ),
    Elsewhere(
        fault="no file descriptor is left for a connection",
        outcome="`ConnectionFailedError`; the next command works when there are some again",
        within="0.3 s",
        shown_by="wire.test_connector.test_no_file_descriptor_is_left",
    ),
    Elsewhere(
        fault="others in trouble at the same time",
        outcome="the complete transcript",
        within="0 s",
        shown_by="wire.test_connector.test_one_in_trouble_holds_up_nobody",
    ),
)
"""What has a test of its own, because it is not the service's doing alone."""

MACHINE: Final = (
    Loss(
        fault="the sound system hangs (PulseAudio is stopped), whatever is under way",
        loss="the microphones of this machine, until it goes on; nobody waits longer than 15 s",
        shown_by="integration.satellite.test_host_microphone.test_its_sound_server_hangs_and_goes_on",
    ),
    Loss(
        fault="Home Assistant ends while the sound system hangs",
        loss="nothing: it ends all the same",
        shown_by="microphone.test_sound_thread.test_the_process_ends_while_it_hangs",
    ),
    Loss(
        fault="the disk is full, or the configuration cannot be written",
        loss="nothing, unless Home Assistant ends before it can: then the month's count since; the log says so once",
        shown_by="integration.resource.test_usage_file.test_what_cannot_be_written_is_tried_again_and_told_once",
    ),
    Loss(
        fault="Home Assistant ends, and starts again, while the disk is full or the configuration cannot be written",
        loss="what was counted or changed in the settings since; commands go on",
        shown_by="end_to_end.test_machine.test_what_cannot_be_stored_is_stored_later",
    ),
    Loss(
        fault="Home Assistant starts while the service is away, or there is no network yet",
        loss="the commands until it is there, unless a second engine hears them; the assistants have their engines",
        shown_by="end_to_end.test_start.test_it_starts_while_the_service_is_away",
    ),
    Loss(
        fault="Home Assistant is killed (a crash, a power cut)",
        loss="the month's count of the last minute",
        shown_by="end_to_end.test_killed.test_it_is_killed_after_a_minute",
    ),
    Loss(
        fault="the clock was never set, or was in the future",
        loss="nothing: what was counted joins the month that it is, and a limit holds meanwhile",
        shown_by="integration.resource.test_months.test_a_clock_that_was_in_the_future_takes_nothing_from_the_months_after_it",
    ),
    Loss(
        fault="the clock jumps while somebody speaks",
        loss="nothing",
        shown_by="speech.recognition.test_flow.test_wall_clock_that_jumps",
    ),
    Loss(
        fault="the clock jumps a day on, a year back or to another month while Home Assistant runs",
        loss="nothing; what is counted by a clock of another month stays in that month",
        shown_by="end_to_end.test_machine.test_the_clock_jumps_while_somebody_speaks",
    ),
    Loss(
        fault="no file descriptor is left",
        loss="the commands of that time",
        shown_by="speech.wire.test_connector.test_no_file_descriptor_is_left",
    ),
)
"""What is the machine's doing."""

RECORDINGS: Final = (
    Loss(
        fault="hours of sound in a few bytes (FLAC, Opus, MP3, AAC)",
        loss="the action fails, and says what the longest is, before any of it is sent",
        shown_by="integration.audio.test_bombs.test_hours_of_sound_are_refused_before_any_is_sent",
    ),
    Loss(
        fault="hours of sound in a file that claims to be shorter",
        loss="the action fails where the limit of four hours is reached",
        shown_by="integration.audio.test_bombs.test_what_claims_to_be_shorter_ends_at_the_limit",
    ),
    Loss(
        fault="a header that claims 4 GHz, 10,000 channels or 4 GB, or that is 2 GB when it is unpacked",
        loss="the action fails, or hears what is there; ffmpeg has 256 MB at most",
        shown_by="integration.audio.test_bombs.test_claims_are_not_believed",
    ),
    Loss(
        fault="playlists that lead to themselves, or on and on",
        loss="the action fails after 30 s",
        shown_by="integration.audio.test_bombs.test_playlists_without_an_end_are_given_up",
    ),
    Loss(
        fault="a server that sends without an end, but no sound",
        loss="the action fails after 30 s, or asks for a duration",
        shown_by="integration.audio.test_bombs.test_what_is_sent_without_an_end_is_given_up",
    ),
    Loss(
        fault="hundreds of silent tracks",
        loss="the action fails after 30 s",
        shown_by="integration.audio.test_bombs.test_tracks_without_sound_are_given_up",
    ),
)
"""What is a recording's doing that somebody has made for it."""
