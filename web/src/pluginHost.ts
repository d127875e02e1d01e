// What a TensorBoard plugin in a frame may ask of the page around it, and is told by it: the
// messages of TensorBoard's plugin library (tensorboard/components/experimental/plugin_lib). The
// plugin sends a port of a channel; each message on it is JSON, and each question is answered with
// its own id.

interface Message {
  readonly type: string;
  readonly id: number;
  readonly payload?: unknown;
  readonly error?: string | null;
  readonly isReply?: boolean;
}

export interface PluginHost {
  /** Tells the plugin, if it listens. */
  readonly tell: (
    type: 'experimental.RunsChanged' | 'experimental.DataReloaded',
    payload?: unknown,
  ) => void;
  readonly stop: () => void;
}

/** `answers` holds what is said to each type of question. */
export function hostPlugin(
  frame: HTMLIFrameElement,
  answers: Readonly<Record<string, () => unknown>>,
): PluginHost {
  let port: MessagePort | undefined;
  let nextId = 0;

  const send = (message: Message) => port?.postMessage(JSON.stringify(message));

  async function answer({ type, id }: Message): Promise<void> {
    const message = {
      type,
      id,
      payload: null as unknown,
      error: null as string | null,
      isReply: true,
    };
    try {
      const known = Object.hasOwn(answers, type) ? answers[type] : undefined;
      message.payload = (await known?.()) ?? null;
    } catch (error) {
      message.error = error instanceof Error ? error.message : String(error);
    }
    send(message);
  }

  function receive({ data }: MessageEvent<unknown>): void {
    const message = parse(data);
    if (message && !message.isReply) void answer(message);
  }

  function meet(event: MessageEvent<unknown>): void {
    const isFrame = event.source !== null && event.source === frame.contentWindow;
    if (!isFrame || event.data !== 'experimental.bootstrap' || !event.ports[0]) return;
    port?.close();
    port = event.ports[0];
    port.onmessage = receive;
  }

  addEventListener('message', meet);
  return {
    tell: (type, payload = null) => {
      send({ type, id: nextId++, payload, error: null, isReply: false });
    },
    stop: () => {
      removeEventListener('message', meet);
      port?.close();
    },
  };
}

// A frame may send anything.
function parse(data: unknown): Message | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const message: unknown = JSON.parse(data);
    if (typeof message !== 'object' || message === null) return undefined;
    const { type, id } = message as Partial<Message>;
    return typeof type === 'string' && typeof id === 'number' ? (message as Message) : undefined;
  } catch {
    return undefined;
  }
}
