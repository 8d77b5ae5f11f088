// bpmn-engine's side of the measurement: node run.mjs COUNT prints {"instances_per_s": number}.
// Start, signal both reviews, reach the end; in memory, one after the other. The XML is parsed once, before the clock
// starts: every instance gets the same parsed source.
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import BpmnModdle from 'bpmn-moddle';
import * as elements from 'bpmn-elements';
import serializer, { TypeResolver } from 'moddle-context-serializer';
import { Engine } from 'bpmn-engine';

const xml = await readFile(new URL('../parallel-review.node.bpmn', import.meta.url), 'utf8');
const sourceContext = serializer(await new BpmnModdle().fromXML(xml), TypeResolver(elements));

async function one(number) {
  const engine = new Engine({ name: `instance-${number}`, sourceContext });
  const ended = engine.waitFor('end');
  const execution = await engine.execute({ variables: { amount: 500 } });
  for (const id of ['reviewA', 'reviewB']) execution.signal({ id, result: 'approved' });
  await ended;
  if (execution.environment.output.gross !== 595) throw new Error('the script did not run');
}

async function rate(count) {
  const begin = performance.now();
  for (let number = 0; number < count; number += 1) await one(number);
  return count / ((performance.now() - begin) / 1000);
}

const count = Number(process.argv[2]);
await rate(Math.max(Math.floor(count / 10), 5));
process.stdout.write(`${JSON.stringify({ instances_per_s: await rate(count) })}\n`);
