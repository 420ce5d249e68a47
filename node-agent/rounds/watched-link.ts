import type { Link, LinkReceiver } from '../../core/private-join/index.js';

/** The same link; `moved` is called whenever a message or a chunk has gone out. */
export function watchedLink(link: Link, moved: () => void): Link {
  return {
    send: async (to, message) => {
      await link.send(to, message);
      moved();
    },
    transfer: (header, chunks) => link.transfer(header, watched(chunks, moved)),
  };
}

/** The same receiver; `moved` is called whenever a message or a chunk has come in. */
export function watchedReceiver(receiver: LinkReceiver, moved: () => void): LinkReceiver {
  return {
    message: (from, message) => {
      moved();
      receiver.message(from, message);
    },
    transfer: (from, header, chunks) => receiver.transfer(from, header, watched(chunks, moved)),
  };
}

async function* watched(chunks: AsyncIterable<Uint8Array>, moved: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    moved();
    yield chunk;
  }
}
