"""The microphone with real PyAudio: PortAudio hears virtual devices, which sound.py makes."""
