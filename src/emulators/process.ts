/**
 * The emulated world as a process of its own: its work never delays the product's event loop, and latencies are measured across a real socket.
 * It is forked with the options as the first message, answers with its addresses, and ends when its parent is gone. Ctrl-C is the parent's
 * to handle: calls in flight end politely only while their phone company still runs.
 */
import { type WorldAddresses, type WorldOptions, startWorld } from './world.ts';

export type WorldMessage =
  | { readonly kind: 'started'; readonly addresses: WorldAddresses }
  | { readonly kind: 'failed'; readonly reason: string };

const isOptions = (message: unknown): message is WorldOptions =>
  typeof message === 'object' && message !== null && 'profile' in message && 'seed' in message;

function tell(message: WorldMessage): void {
  process.send?.(message);
}

async function begin(options: WorldOptions): Promise<void> {
  try {
    const { addresses } = await startWorld(options);
    tell({ kind: 'started', addresses });
  } catch (error) {
    tell({ kind: 'failed', reason: String(error) });
  }
}

process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.once('message', (message: unknown) => {
  if (!isOptions(message)) {
    tell({ kind: 'failed', reason: 'the first message must be the options' });
    return;
  }
  void begin(message);
});
