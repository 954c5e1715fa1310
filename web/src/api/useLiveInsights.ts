import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useClient } from 'urql'
import { InsightDocument, type InsightFragment } from './generated.ts'
import { live, overlay, type Live } from './overlay.ts'
import { watchProgress } from './progress.ts'

/**
 * Milliseconds from a change of the progress to the read of the insight's points. Further changes
 * in this time cause no further read.
 */
const refetchEvery = 500

interface Read {
  insight: InsightFragment
  at: number
}

/**
 * Keeps loaded insights current: completeness and state come from the progress stream, and the
 * points of an insight are read again when its completeness or state changes. The returned function
 * `refresh` reads one insight without waiting for the stream; callers use it after a mutation. The
 * hook calls `reload` when one of the insights no longer exists. `values` is the number of captured
 * values to read per series; `loaded` must have been read with the same number.
 */
export function useLiveInsights(loaded: readonly InsightFragment[], reload: () => void, values: number): { insights: InsightFragment[]; refresh: (id: string) => void } {
  const client = useClient()
  const [base, setBase] = useState(() => ({ loaded, at: Date.now() }))
  const [fresh, setFresh] = useState<ReadonlyMap<string, Read>>(new Map())
  const [streamed, setStreamed] = useState<ReadonlyMap<string, Live>>(new Map())
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>())

  // A newer answer to the page's own query replaces what was read per insight.
  if (base.loaded !== loaded) {
    // oxlint-disable-next-line react/purity -- the time of the first render with this answer is needed, once per answer
    setBase({ loaded, at: Date.now() })
    setFresh(new Map())
  }

  // Only one read of an insight runs at a time. The client would join a second read to the running
  // one, whose answer may be older than the change that caused the second read. So a change during
  // a read causes another read after it.
  const reading = useRef(new Map<string, { again: boolean }>())
  const wanted = useRef(values)
  useEffect(() => {
    wanted.current = values
  }, [values])
  const read = useCallback(
    async (id: string) => {
      const running = reading.current.get(id)
      if (running) {
        running.again = true
        return
      }
      const mine = { again: true }
      reading.current.set(id, mine)
      while (mine.again) {
        mine.again = false
        const result = await client.query(InsightDocument, { id, values }, { requestPolicy: 'network-only' }).toPromise()
        const insight = result.data?.insightViews.nodes[0]
        // An answer to a request with an outdated number of values is dropped; the page's own query
        // reads the new number.
        if (insight && wanted.current === values) setFresh((all) => new Map(all).set(id, { insight, at: Date.now() }))
      }
      reading.current.delete(id)
    },
    [client, values],
  )
  const readSoon = useCallback(
    (id: string) => {
      if (timers.current.has(id)) return
      timers.current.set(
        id,
        setTimeout(() => {
          timers.current.delete(id)
          void read(id)
        }, refetchEvery),
      )
    },
    [read],
  )

  const key = loaded.map((insight) => insight.id).join(' ')
  useEffect(() => {
    const seen = new Map<string, string>()
    const pending = timers.current
    const stop = watchProgress(client, key === '' ? [] : key.split(' '), {
      next(update) {
        setStreamed((all) => new Map(all).set(update.id, live(update, all.get(update.id), Date.now())))
        const mark = JSON.stringify(update.series.map(({ state, completeness: { rate, etaSeconds, ...tally } }) => [state, tally]))
        const before = seen.get(update.id)
        seen.set(update.id, mark)
        if (before !== mark) readSoon(update.id)
      },
      lost(gone) {
        // The last streamed progress is outdated, so the queries' answers are shown until the
        // stream is open again.
        setStreamed(new Map())
        if (gone) reload()
      },
    })
    return () => {
      stop()
      for (const timer of pending.values()) clearTimeout(timer)
      pending.clear()
    }
  }, [client, key, readSoon, reload])

  const insights = useMemo(
    () =>
      base.loaded.map((insight) => {
        const newest = fresh.get(insight.id) ?? { insight, at: base.at }
        return overlay(newest.insight, newest.at, streamed.get(insight.id))
      }),
    [base, fresh, streamed],
  )
  return { insights, refresh: useCallback((id: string) => void read(id), [read]) }
}
