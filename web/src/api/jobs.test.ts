import { expect, test } from 'vitest';
import { hearJobs, startJob, turnstile } from './jobs.svelte';

test('a job knows how far it is, in parts too, and never goes back', () => {
  const job = startJob();
  const other = startJob();
  expect(job.name).toMatch(/^[a-z0-9]{1,32}$/);
  expect(job.done).toBeUndefined();
  job.part(0, 2);
  hearJobs([
    { job: job.name, done: 0.5 },
    { job: 'of another page', done: 1 },
  ]);
  expect(job.done).toBe(0.25);
  hearJobs([{ job: job.name, done: 0.25 }]);
  expect(job.done).toBe(0.25);
  job.part(1, 2);
  hearJobs([{ job: job.name, done: 0 }]);
  expect(job.done).toBe(0.5);
  expect(other.done).toBeUndefined();
  job.end();
  hearJobs([{ job: job.name, done: 1 }]);
  expect(job.done).toBeUndefined();
});

test('a turnstile lets so many in, in order, and the impatient out', async () => {
  const two = turnstile(2);
  const entered: string[] = [];
  const enter = async (name: string, signal = new AbortController().signal) => {
    const leave = await two.enter(signal);
    entered.push(name);
    return leave;
  };
  const first = await enter('a');
  await enter('b');
  expect(two.isFull).toBe(true);
  const impatient = new AbortController();
  const gone = enter('c', impatient.signal);
  const patient = enter('d');
  impatient.abort();
  await expect(gone).rejects.toThrow('No longer wanted');
  first();
  const leave = await patient;
  expect(entered).toEqual(['a', 'b', 'd']);
  leave();
  expect(two.isFull).toBe(false);
});
