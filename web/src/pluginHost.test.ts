// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { hostPlugin } from './pluginHost';

interface Said {
  readonly type: string;
  readonly id: number;
  readonly payload: unknown;
  readonly error: string | null;
  readonly isReply: boolean;
}

/** A plugin in a frame, with its end of the channel. */
function meet(answers: Readonly<Record<string, () => unknown>>) {
  const frame = { contentWindow: {} } as HTMLIFrameElement;
  const host = hostPlugin(frame, answers);
  const { port1, port2 } = new MessageChannel();
  const heard: Said[] = [];
  port1.onmessage = ({ data }: MessageEvent<string>) => heard.push(JSON.parse(data) as Said);
  const introduce = (source: Window | null, data: unknown = 'experimental.bootstrap') => {
    const event = Object.assign(new Event('message'), { source, data, ports: [port2] });
    dispatchEvent(event);
  };
  return { frame, host, port: port1, heard, introduce };
}

test('a question is answered with its own id; what is unknown, and what fails, too', async () => {
  const { frame, host, port, heard, introduce } = meet({
    names: () => Promise.resolve(['a', 'b']),
    broken: () => {
      throw new Error('no');
    },
  });
  introduce(frame.contentWindow);
  for (const [id, type] of ['names', 'broken', 'unknown', 'toString'].entries()) {
    port.postMessage(JSON.stringify({ type, id, payload: null }));
  }
  await expect.poll(() => heard.length).toBe(4);
  const said = { error: null, isReply: true };
  expect(heard.sort((a, b) => a.id - b.id)).toEqual([
    { ...said, type: 'names', id: 0, payload: ['a', 'b'] },
    { ...said, type: 'broken', id: 1, payload: null, error: 'no' },
    { ...said, type: 'unknown', id: 2, payload: null },
    { ...said, type: 'toString', id: 3, payload: null },
  ]);
  host.stop();
  port.close();
});

test('the page tells, and what is no message means nothing', async () => {
  const { frame, host, port, heard, introduce } = meet({});
  introduce(frame.contentWindow);
  for (const odd of ['{', 'null', '7', '{"type":1,"id":1}', '{"type":"x"}', { type: 'x', id: 1 }]) {
    port.postMessage(odd);
  }
  port.postMessage(JSON.stringify({ type: 'x', id: 1, isReply: true }));
  host.tell('experimental.RunsChanged', ['a']);
  host.tell('experimental.DataReloaded');
  await expect.poll(() => heard.length).toBe(2);
  expect(heard.map(({ type, id, payload }) => [type, id, payload])).toEqual([
    ['experimental.RunsChanged', 0, ['a']],
    ['experimental.DataReloaded', 1, null],
  ]);
  host.stop();
  port.close();
});

test('nobody but the frame is met', async () => {
  const { host, heard, port, introduce } = meet({});
  introduce(window);
  introduce(null);
  host.tell('experimental.DataReloaded');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(heard).toEqual([]);
  host.stop();
  port.close();
});
