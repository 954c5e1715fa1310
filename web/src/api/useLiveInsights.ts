import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useClient } from 'urql'
import { InsightDocument, type InsightFragment } from './generated.ts'
import { live, overlay, type Live } from './overlay.ts'
import { watchProgress } from './progress.ts'

/** Points are read again at most this often per insight while samples land: two redraws a second are watched as motion. */
const refetchEvery = 500

interface Read {
  insight: InsightFragment
  at: number
}

/**
 * The loaded insights, kept current: completeness and state come with the progress stream, points are read again as
 * completeness moves. refresh reads one insight at once, after a change made here; reload is called when one of them
 * turns out to be gone. values is how many values of a series are read, as for loaded.
 */
export function useLiveInsights(loaded: readonly InsightFragment[], reload: () => void, values: number): { insights: InsightFragment[]; refresh: (id: string) => void } {
  const client = useClient()
  const [base, setBase] = useState(() => ({ loaded, at: Date.now() }))
  const [fresh, setFresh] = useState<ReadonlyMap<string, Read>>(new Map())
  const [streamed, setStreamed] = useState<ReadonlyMap<string, Live>>(new Map())
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>())

  // A newer answer to the page's own query supersedes what was read one by one.
  if (base.loaded !== loaded) {
    // oxlint-disable-next-line react/purity -- when the answer was first seen is what is wanted, once per answer
    setBase({ loaded, at: Date.now() })
    setFresh(new Map())
  }

  // One read of an insight at a time: the client hands the answer that is on its way to whoever asks meanwhile, and that
  // answer may be from before the change that is asked about. So a change during a read is read after it.
  const reading = useRef(new Map<string, { again: boolean }>())
  const wanted = useRef(values)
  useEffect(() => {
    wanted.current = values
  }, [values])
  const read = useCallback(
    async (id: string) => {
      const underWay = reading.current.get(id)
      if (underWay) {
        underWay.again = true
        return
      }
      const mine = { again: true }
      reading.current.set(id, mine)
      while (mine.again) {
        mine.again = false
        const result = await client.query(InsightDocument, { id, values }, { requestPolicy: 'network-only' }).toPromise()
        const insight = result.data?.insightViews.nodes[0]
        // Asked for before another number of values was: the page's own query brings that.
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
        // What the stream said last is growing old: show what the queries said until it is back.
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
