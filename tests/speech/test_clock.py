import asyncio, sys


async def test_leap() -> None:
    loop = asyncio.get_running_loop()
    orig = loop._selector.select
    n = 0

    def sel(t=None):
        nonlocal n
        r = orig(t)
        n += 1
        if n < 20:
            print(n, t, loop.now, loop.threads, r, file=sys.__stderr__)
        return r

    loop._selector.select = sel
    a = loop.time()
    await asyncio.sleep(600)
    assert 600 <= loop.time() - a < 600.001
