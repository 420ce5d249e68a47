import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_MESSAGE_BYTES } from '../../transport/index.js';
import type { TlsMaterial } from '../../transport/index.js';
import { chunkFrame, headerFrame } from '../../transport/convert-list.js';
import { fromNodeMessage } from '../../transport/convert.js';
import { federationMethods } from '../../transport/wire.js';
import type { ListFrame } from '../../transport/wire.js';
import {
  agencyMaterial,
  headerOf,
  HELLO,
  newRunId,
  RecordingObserver,
  RecordingReceiver,
  startServer,
  stopEverything,
  until,
} from './fixture.js';
import type { TestServer } from './fixture.js';
import { padded, rawCall } from './raw.js';
import type { Ended, RawMethod } from './raw.js';

afterEach(stopEverything);

const { control, sendList, receiveList } = federationMethods();
const hello = control.requestSerialize(fromNodeMessage({ kind: 'hello', hello: HELLO }));
const garbage = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]);

function listFrame(frame: ListFrame): Buffer {
  return sendList.requestSerialize(frame);
}

interface Setting extends TestServer {
  readonly tls: TlsMaterial;
  readonly runId: string;
  readonly observer: RecordingObserver;
  readonly call: (method: RawMethod, messages: readonly Uint8Array[], halfClose?: boolean) => Promise<Ended>;
}

async function setting(): Promise<Setting> {
  const server = await startServer();
  const tls = await agencyMaterial('police');
  const runId = newRunId();
  const observer = new RecordingObserver();
  server.server.openRun(runId, ['police', 'cps'], new RecordingReceiver(), observer);
  return {
    ...server,
    tls,
    runId,
    observer,
    call: (method, messages, halfClose) => rawCall(server.port, tls, method, messages, halfClose),
  };
}

describe('on the control stream', () => {
  it.each([
    ['bytes that are no message', [garbage], 'BAD_MESSAGE'],
    ['an empty message', [Buffer.alloc(0)], 'BAD_MESSAGE'],
    ['a kind that nobody knows', [padded(Buffer.alloc(0), 10)], 'BAD_MESSAGE'],
    ['anything before the hello', [control.requestSerialize({ run: { finished: {} } })], 'BAD_MESSAGE'],
    ['a good message before the hello', [refusal()], 'OUT_OF_ORDER'],
    ['nothing at all', [], 'OUT_OF_ORDER'],
    ['a hello, then bytes that are no message', [hello, garbage], 'BAD_MESSAGE'],
  ])('%s ends it', async (_, messages, code) => {
    const { call } = await setting();
    expect(await call('control', messages)).toMatchObject({ code });
  });

  function refusal(): Buffer {
    const message = { kind: 'refusal', runId: newRunId(), code: 'NOT_ALLOWED_HERE', reason: 'no' } as const;
    return control.requestSerialize(fromNodeMessage(message));
  }

  it('a node that says nothing is hung up on', async () => {
    const { call } = await setting();
    expect(await call('control', [], false)).toMatchObject({
      code: 'DEADLINE_PASSED',
      status: status.DEADLINE_EXCEEDED,
    });
  });

  it('names the field and never the value', async () => {
    const { call } = await setting();
    const [held] = HELLO.snapshots;
    const bad = { ...HELLO, snapshots: held === undefined ? [] : [{ ...held, dataset: 'Smith, Jane' }] };
    const { details } = await call('control', [
      control.requestSerialize(fromNodeMessage({ kind: 'hello', hello: bad })),
    ]);
    expect(details).toContain('hello.snapshots[0].dataset');
    expect(details).not.toContain('Smith');
  });

  it('takes a message of the largest size and none that is larger', async () => {
    const { call, connected, disconnected } = await setting();
    expect(await call('control', [padded(hello, MAX_MESSAGE_BYTES)])).toMatchObject({ status: status.OK });
    expect(connected).toEqual(['police']);
    const over = await call('control', [hello, padded(hello, MAX_MESSAGE_BYTES + 1)], false);
    expect(over.status).toBe(status.RESOURCE_EXHAUSTED);
    await until(() => disconnected.length === 2);
  });
});

describe('in a list', () => {
  it.each([
    ['bytes that are no frame', () => [garbage], 'BAD_MESSAGE'],
    ['nothing at all', () => [], 'OUT_OF_ORDER'],
    ['a chunk before the header', () => [listFrame(chunkFrame(new Uint8Array(4)))], 'BAD_MESSAGE'],
    [
      'a run id that is none',
      () => [listFrame(headerFrame({ runId: 'x', header: headerOf('police', 'cps') }))],
      'BAD_MESSAGE',
    ],
  ])('%s is refused', async (_, messages, code) => {
    const { call } = await setting();
    expect(await call('sendList', messages())).toMatchObject({ code });
  });

  it.each([
    [
      'a second header',
      (runId: string) => listFrame(headerFrame({ runId, header: headerOf('police', 'coordinator') })),
    ],
    ['bytes that are no frame', () => garbage],
    ['an empty chunk', () => listFrame({ chunk: Buffer.alloc(0) })],
  ])('%s after the header ends the run', async (_, second) => {
    const { call, runId, observer } = await setting();
    const header = listFrame(headerFrame({ runId, header: headerOf('police', 'coordinator') }));
    expect(await call('sendList', [header, second(runId)])).toMatchObject({ status: status.ABORTED });
    expect(observer.failures).toEqual(['BAD_MESSAGE']);
  });

  it('a message over the limit breaks it', async () => {
    const { call, runId, observer } = await setting();
    const header = listFrame(headerFrame({ runId, header: headerOf('police', 'coordinator') }));
    const { status: ended } = await call('sendList', [header, Buffer.alloc(MAX_MESSAGE_BYTES + 1)], false);
    expect(ended).toBe(status.RESOURCE_EXHAUSTED);
    await until(() => observer.failures.length === 1);
    expect(observer.failures).toEqual(['PARTY_LOST']);
  });
});

describe('a request for a list', () => {
  it.each([
    ['bytes that are no request', () => garbage, 'BAD_MESSAGE'],
    ['an unknown run', () => request(newRunId()), 'UNKNOWN_RUN'],
    ['a list that does not wait', (runId: string) => request(runId), 'UNKNOWN_TRANSFER'],
  ])('%s is refused', async (_, message, code) => {
    const { call, runId } = await setting();
    expect(await call('receiveList', [message(runId)])).toMatchObject({ code });
  });

  it('of a run that has just ended hears how it ended, when it is a party’s', async () => {
    const { call, port, server } = await setting();
    const runId = newRunId();
    server.openRun(runId, ['police'], new RecordingReceiver(), new RecordingObserver()).close('PARTY_LOST');
    const header = listFrame(headerFrame({ runId, header: headerOf('police', 'coordinator') }));
    expect(await call('receiveList', [request(runId)])).toMatchObject({ code: 'RUN_CLOSED' });
    expect(await call('sendList', [header])).toMatchObject({ code: 'RUN_CLOSED' });
    const cps = await agencyMaterial('cps');
    expect(await rawCall(port, cps, 'receiveList', [request(runId)])).toMatchObject({ code: 'UNKNOWN_RUN' });
  });

  it('by another agency than the list is for is refused, and by an agency outside the run', async () => {
    const { call, port, runId, observer, connected } = await setting();
    const header = listFrame(headerFrame({ runId, header: headerOf('police', 'cps') }));
    void rawCall(port, await agencyMaterial('cps'), 'control', [hello], false);
    await until(() => connected.length === 1);
    const sent = call('sendList', [header], true);
    await until(() => observer.events.length === 1);
    expect(await call('receiveList', [request(runId)])).toMatchObject({ code: 'WRONG_RECEIVER' });
    const courts = await agencyMaterial('courts');
    expect(await rawCall(port, courts, 'receiveList', [request(runId)])).toMatchObject({ code: 'NOT_A_PARTY' });
    const cps = await agencyMaterial('cps');
    expect(await rawCall(port, cps, 'receiveList', [request(runId)])).toMatchObject({ status: status.OK });
    expect(await rawCall(port, cps, 'receiveList', [request(runId)])).toMatchObject({ code: 'UNKNOWN_TRANSFER' });
    expect(await sent).toMatchObject({ status: status.OK });
  });

  function request(runId: string): Buffer {
    return receiveList.requestSerialize({ runId, subject: 'police.victim-crimes/police', hop: 0 });
  }
});
