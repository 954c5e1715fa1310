import { Client, fetchExchange } from 'urql'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchProgress } from './progress.ts'
import { streamingFetch } from './streamingFetch.ts'

/** The streams of the fake server, one per request. Tests write to them and break them. */
let streams: { requests: RequestInit; controller: ReadableStreamDefaultController<Uint8Array> }[] = []

beforeEach(() => {
  streams = []
  vi.stubGlobal('fetch', (_: unknown, init: RequestInit) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        streams.push({ requests: init, controller })
        init.signal?.addEventListener('abort', () => controller.error(init.signal!.reason))
      },
    })
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
  })
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const say = (index: number, payload: object) => streams[index]!.controller.enqueue(new TextEncoder().encode(`event: next\ndata: ${JSON.stringify(payload)}\n\n`))
const progress = (version: number) => ({ data: { insightProgress: { id: 'a', version, series: [] } } })
const settle = () => vi.advanceTimersByTimeAsync(0)

function watch(listen: (version: number) => unknown = () => {}, ids = ['a']) {
  const client = new Client({ url: '/graphql', exchanges: [fetchExchange], fetchSubscriptions: true, fetch: streamingFetch, preferGetMethod: false })
  const said: number[] = []
  const lost: boolean[] = []
  const stop = watchProgress(client, ids, { next: (update) => (said.push(update.version), listen(update.version)), lost: (gone) => lost.push(gone) })
  return { said, lost, stop }
}

test('passes on the messages of the stream', async () => {
  const { said, stop } = watch()
  await settle()
  say(0, progress(1))
  say(0, progress(2))
  await settle()
  expect(said).toEqual([1, 2])
  expect(new Headers(streams[0]!.requests.headers).get('accept')).toContain('text/event-stream')
  stop()
})

test.each([
  ['breaks off', () => streams[0]!.controller.error(new TypeError('network'))],
  ['ends', () => streams[0]!.controller.close()],
])('a stream that %s is opened again', async (_, end) => {
  const { said, lost, stop } = watch()
  await settle()
  say(0, progress(1))
  await settle()
  end()
  await settle()
  expect(lost).toEqual([false])
  expect(streams).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(streams).toHaveLength(2)
  say(1, progress(7))
  await settle()
  expect(said).toEqual([1, 7])
  stop()
})

test('an end before the first message counts as an end', async () => {
  const { lost, stop } = watch()
  await settle()
  streams[0]!.controller.close()
  await settle()
  expect(lost).toEqual([false])
  stop()
})

test('an insight that no longer exists is reported as gone', async () => {
  const { lost, stop } = watch()
  await settle()
  say(0, { data: null, errors: [{ message: 'no such insight', extensions: { code: 'not_found' } }] })
  await settle()
  expect(lost).toEqual([true])
  stop()
})

test('more insights than one stream can have take turns', async () => {
  const ids = Array.from({ length: 450 }, (_, i) => `id${i}`)
  const { said, lost, stop } = watch(undefined, ids)
  const asked = (index: number) => (JSON.parse(String(streams[index]!.requests.body)) as { variables: { ids: string[] } }).variables.ids
  await settle()
  for (const [turn, part] of [ids.slice(0, 200), ids.slice(200, 400), ids.slice(400), ids.slice(0, 200)].entries()) {
    expect(streams).toHaveLength(turn + 1)
    expect(asked(turn)).toEqual(part)
    say(turn, progress(turn))
    await settle()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(streams[turn]!.requests.signal?.aborted).toBe(true)
  }
  // A stream that ends early is opened again for the next part.
  streams[4]!.controller.close()
  await settle()
  expect(lost).toEqual([false])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked(5)).toEqual(ids.slice(400))
  expect([said, streams.length]).toEqual([[0, 1, 2, 3], 6])
  stop()
})

/** Runs leave, which stops watching a stream, and returns the unhandled rejections. */
async function unhandledBy(leave: () => Promise<void>): Promise<unknown[]> {
  const found: unknown[] = []
  const listener = (reason: unknown) => found.push(reason)
  process.on('unhandledRejection', listener)
  await leave()
  await vi.advanceTimersByTimeAsync(60_000)
  vi.useRealTimers()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', listener)
  return found
}

test('stopping aborts the stream, opens no other and leaves nothing unhandled', async () => {
  const { lost, stop } = watch()
  const unhandled = await unhandledBy(async () => {
    await settle()
    say(0, progress(1))
    await settle()
    stop()
  })
  expect(streams[0]!.requests.signal?.aborted).toBe(true)
  expect([streams.length, lost, unhandled]).toEqual([1, [], []])
})

test('stopping while a message arrives does the same', async () => {
  const watching = watch((version) => version === 2 && watching.stop())
  const unhandled = await unhandledBy(async () => {
    await settle()
    say(0, progress(1))
    say(0, progress(2))
    say(0, progress(3))
    await settle()
  })
  expect(streams[0]!.requests.signal?.aborted).toBe(true)
  expect([streams.length, watching.said, unhandled]).toEqual([1, [1, 2], []])
})
