import type { Response } from 'express';
import { isEnded } from '../runs/run-states.js';
import type { RunListener, RunProgress } from '../runs/run-feed.js';
import type { RunEvent } from '../runs/run.js';
import { ApiError } from './errors.js';

/**
 * Streams that may be open at once, of the API and of pages together: fifty analysts who have some pages open each. One
 * that nobody reads costs a connection and some KiB: progress is left out for who is slow, and a run has few events.
 */
export const MAX_EVENT_STREAMS = 256;

/** A comment this often keeps proxies from closing a stream on which nothing happens. */
const HEARTBEAT_MS = 15_000;

/** The event streams that are open (WHATWG HTML, server-sent events). */
export class EventStreams {
  readonly #open = new Set<EventStream>();
  readonly #heartbeatMs: number;

  constructor({ heartbeatMs = HEARTBEAT_MS }: { readonly heartbeatMs?: number } = {}) {
    this.#heartbeatMs = heartbeatMs;
  }

  /**
   * Answers with a stream of what `follow` tells: the run's events, each with its number as id, and progress without
   * one. Its headers go out at once. It ends by itself after the event that ended the run, or when there is nothing more
   * to tell.
   * Thrown when too many are open: ApiError TOO_MANY_STREAMS.
   */
  serve(response: Response, follow: (listener: RunListener) => () => void): void {
    if (this.#open.size >= MAX_EVENT_STREAMS) {
      throw new ApiError(
        'TOO_MANY_STREAMS',
        `${MAX_EVENT_STREAMS} event streams are open: ask for the run itself instead.`,
      );
    }
    const stream = new EventStream(response);
    const unfollow = follow(stream);
    this.#open.add(stream);
    const heartbeat = setInterval(() => stream.beat(), this.#heartbeatMs);
    stream.begin(() => {
      clearInterval(heartbeat);
      unfollow();
      this.#open.delete(stream);
    });
  }

  /** Ends them all; for a server that stops. */
  close(): void {
    for (const stream of this.#open) stream.over();
  }
}

/** One stream: nothing is written before it begins, and nothing after it has ended. */
class EventStream implements RunListener {
  readonly #response: Response;
  /** What was told before the stream began. */
  readonly #early: string[] = [];
  #ended: (() => void) | undefined;
  #isOver = false;

  constructor(response: Response) {
    this.#response = response;
  }

  event(event: RunEvent): void {
    this.#send(`id: ${event.sequence}\nevent: run\ndata: ${JSON.stringify(event)}\n\n`);
    if (isEnded(event.state)) this.over();
  }

  progress(progress: RunProgress): void {
    // Whoever reads too slowly misses progress, never an event.
    if (!this.#response.writableNeedDrain) this.#send(`event: progress\ndata: ${JSON.stringify(progress)}\n\n`);
  }

  beat(): void {
    // An answer that is queued behind another on the same connection isn't told that the connection has closed.
    if (this.#response.req.socket.destroyed) this.over();
    else if (!this.#response.writableNeedDrain) this.#send(': still here\n\n');
  }

  /** @param ended called once, as soon as nothing more will be written: not when all of it has been sent, for a client
   * can put that off for ever. */
  begin(ended: () => void): void {
    const response = this.#response;
    this.#ended = ended;
    response.on('close', () => this.over());
    // Without a listener, an error of one connection would end the process.
    response.on('error', () => this.over());
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.flushHeaders();
    for (const text of this.#early) response.write(text);
    if (this.#isOver) this.#end();
  }

  over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#end();
  }

  #send(text: string): void {
    if (this.#isOver) return;
    if (this.#ended === undefined) this.#early.push(text);
    else this.#response.write(text);
  }

  #end(): void {
    if (this.#ended === undefined) return;
    this.#ended();
    this.#response.end();
  }
}
