"""A slow network: python -m tests.bench.proxy PORT MILLISECONDS, in front of what listens on the port here.

Prints the port that it listens on itself. Each piece that a client sends is passed on that much later, so that every
round trip takes that much longer; what comes back is passed on at once.
"""

import asyncio
import sys

import uvloop


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    loop = asyncio.get_running_loop()
    try:
        while piece := await reader.read(1 << 16):
            if delay:
                loop.call_later(delay, writer.write, piece)
            else:
                writer.write(piece)
    except ConnectionError:
        pass  # whoever hangs up like that wants no more of it
    loop.call_later(delay, writer.close)


async def _serve(port: int, delay: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, before = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pass_on(reader, before, delay), _pass_on(behind, writer, 0.0))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
