import type { Response } from 'express';
import { isEnded } from '../runs/run-states.js';
import type { RunListener } from '../runs/run-feed.js';
import { ApiError } from './errors.js';

/** Streams that may be open at once. */
export const MAX_EVENT_STREAMS = 64;

/** A comment this often keeps proxies from closing a stream on which nothing happens. */
const HEARTBEAT_MS = 15_000;

/** The event streams that are open (WHATWG HTML, server-sent events). */
export class EventStreams {
  readonly #open = new Set<Response>();

  /**
   * Answers with a stream of what `follow` tells: the run's events, each with its number as id, and progress without
   * one. It ends by itself after the event that ended the run.
   * Thrown when too many are open: ApiError TOO_MANY_STREAMS.
   */
  serve(response: Response, follow: (listener: RunListener) => () => void): void {
    if (this.#open.size >= MAX_EVENT_STREAMS) {
      throw new ApiError(
        'TOO_MANY_STREAMS',
        `${MAX_EVENT_STREAMS} event streams are open: ask for the run itself instead.`,
      );
    }
    const waiting: string[] = [];
    const stream = { began: false, ended: false };
    const send = (text: string): void => {
      if (stream.began) response.write(text);
      else waiting.push(text);
    };
    const unfollow = follow({
      event: (event) => {
        send(`id: ${event.sequence}\nevent: run\ndata: ${JSON.stringify(event)}\n\n`);
        stream.ended ||= isEnded(event.state);
        if (stream.ended && stream.began) response.end();
      },
      progress: (progress) => {
        // Whoever reads too slowly misses progress, never an event.
        if (!response.writableNeedDrain) send(`event: progress\ndata: ${JSON.stringify(progress)}\n\n`);
      },
      lost: () => {
        response.end();
      },
    });
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    stream.began = true;
    for (const text of waiting) response.write(text);
    if (stream.ended) {
      unfollow();
      response.end();
      return;
    }
    this.#open.add(response);
    const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
    response.on('close', () => {
      clearInterval(heartbeat);
      unfollow();
      this.#open.delete(response);
    });
  }

  /** Ends them all; for a server that stops. */
  close(): void {
    for (const response of this.#open) response.end();
  }
}
