/** One event of a stream of server-sent events (WHATWG HTML, section 9.2). */
export interface ServerEvent {
  /** Null where the event has none of its own. */
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** Characters of one event; a run's longest is a few hundred. */
export const MAX_EVENT_CHARACTERS = 65_536;

/**
 * Reads events as they come, as far as this API writes them: fields `id`, `event` and `data`, comments, lines ended by LF.
 * Thrown when an event is longer than MAX_EVENT_CHARACTERS: RangeError.
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, void, undefined> {
  const decoder = new TextDecoder('utf-8');
  let text = '';
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = parseEvent(text.slice(0, end));
      text = text.slice(end + 2);
      if (event !== null) yield event;
    }
    if (text.length > MAX_EVENT_CHARACTERS) throw new RangeError('an event of the stream is too long');
  }
}

function parseEvent(block: string): ServerEvent | null {
  let id: string | null = null;
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, field, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (field === 'id') id = value ?? '';
    else if (field === 'event') event = value ?? '';
    else if (field === 'data') data.push(value ?? '');
  }
  return data.length === 0 ? null : { id, event, data: data.join('\n') };
}
