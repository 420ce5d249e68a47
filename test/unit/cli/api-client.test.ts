import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ApiClient, type FollowedEvent } from '../../../cli/index.js';

/** A server that answers the n-th request with the n-th handler, the last one for ever. */
async function serve(...handlers: readonly ((request: IncomingMessage, response: ServerResponse) => void)[]): Promise<{
  client: ApiClient;
  asked: { url: string; lastEventId: string | undefined; authorization: string | undefined }[];
}> {
  const asked: { url: string; lastEventId: string | undefined; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const { authorization, 'last-event-id': lastEventId } = request.headers;
    asked.push({ url: request.url ?? '', lastEventId: lastEventId?.toString(), authorization });
    handlers[Math.min(asked.length, handlers.length) - 1]?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { client: new ApiClient({ url: `http://127.0.0.1:${port}`, token: 'secret', reopenMs: 1 }), asked };
}

const event = (sequence: number, state: string): string => {
  const data = { sequence, at: 't', name: 'run-submitted', state, party: null, code: null, message: null };
  return `id: ${sequence}\nevent: run\ndata: ${JSON.stringify(data)}\n\n`;
};

const stream =
  (text: string, cut = false) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text);
    if (cut) setTimeout(() => response.destroy(), 20);
    else response.end();
  };

async function follow(client: ApiClient): Promise<FollowedEvent[]> {
  const told: FollowedEvent[] = [];
  for await (const each of client.follow('a run/with ?odd')) told.push(each);
  return told;
}

describe('following a run', () => {
  it.each([
    ['ends early', false],
    ['breaks', true],
  ])('goes on where a stream that %s had got to', async (_, cut) => {
    const { client, asked } = await serve(
      stream(event(1, 'submitted') + event(2, 'offering'), cut),
      stream(event(3, 'refused') + event(4, 'failed')),
    );
    const told = await follow(client);
    expect(told.map((each) => (each.kind === 'event' ? each.event.sequence : 0))).toEqual([1, 2, 3]);
    expect(asked).toEqual([
      { url: '/api/v1/runs/a%20run%2Fwith%20%3Fodd/events', lastEventId: '0', authorization: 'Bearer secret' },
      { url: '/api/v1/runs/a%20run%2Fwith%20%3Fodd/events', lastEventId: '2', authorization: 'Bearer secret' },
    ]);
  });

  it('gives up when it gets no further', async () => {
    const { client, asked } = await serve(stream(event(1, 'submitted')), stream(''));
    await expect(follow(client)).rejects.toMatchObject({ code: 'COORDINATOR_UNREACHABLE' });
    expect(asked).toHaveLength(1 + 5);
  });

  it('takes an error for an answer', async () => {
    const { client, asked } = await serve((_request, response) => {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          type: '/api#errors-UNKNOWN_RUN',
          title: 'No run',
          status: 404,
          detail: 'none',
          code: 'UNKNOWN_RUN',
        }),
      );
    });
    await expect(follow(client)).rejects.toMatchObject({ code: 'UNKNOWN_RUN', status: 404 });
    expect(asked).toHaveLength(1);
  });
});

describe('an answer', () => {
  it.each([
    ['that is no JSON', 200, 'hello'],
    ['of another form', 200, '{"runs":[{}]}'],
    ['that is an error of another form', 502, '<html>bad gateway</html>'],
  ])('%s is not believed', async (_, status, text) => {
    const { client } = await serve((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(text);
    });
    await expect(client.runs({ limit: 1 })).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('that sends elsewhere is not followed, for the token would go with it', async () => {
    const { client, asked } = await serve(
      (_request, response) => {
        response.writeHead(302, { location: '/elsewhere' });
        response.end();
      },
      (_request, response) => {
        response.end('{"runs":[]}');
      },
    );
    await expect(client.runs({ limit: 1 })).rejects.toMatchObject({ code: 'COORDINATOR_UNREACHABLE' });
    expect(asked).toHaveLength(1);
  });

  it('with more in it than this version knows is taken', async () => {
    const { client } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"runs":[],"next":null,"more":true}');
    });
    expect(await client.runs({ limit: 1 })).toEqual([]);
  });
});

describe('asking for a provenance', () => {
  it.each<readonly [string, (response: ServerResponse) => void]>([
    ['something else', (response) => response.end('{}')],
    [
      'half of one',
      (response) =>
        response.writeHead(200, { 'content-length': '100' }).write('{"payloadType":', () => response.destroy()),
    ],
  ])('takes no %s for one', async (_, answer) => {
    const { client, asked } = await serve((_request, response) => {
      answer(response);
    });
    await expect(client.provenance('a run')).rejects.toMatchObject({ code: 'BAD_ANSWER' });
    expect(asked[0]?.url).toBe('/api/v1/runs/a%20run/provenance');
  });
});
