import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useClient } from 'urql'
import { InsightDocument, type InsightFragment, type ProgressSubscription } from './generated.ts'
import { watchProgress } from './progress.ts'

export type Progress = ProgressSubscription['insightProgress']

/** Points are read again at most this often per insight while samples land: two redraws a second are watched as motion. */
const refetchEvery = 500

/**
 * The loaded insights, kept current: completeness and state come with the progress stream, points are read again as
 * completeness moves. refresh reads one insight at once, after a change made here.
 */
export function useLiveInsights(loaded: readonly InsightFragment[]): { insights: InsightFragment[]; refresh: (id: string) => void } {
  const client = useClient()
  const [fresh, setFresh] = useState<ReadonlyMap<string, InsightFragment>>(new Map())
  const [progress, setProgress] = useState<ReadonlyMap<string, Progress>>(new Map())
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>())

  const read = useCallback(
    async (id: string) => {
      const result = await client.query(InsightDocument, { id }, { requestPolicy: 'network-only' }).toPromise()
      const insight = result.data?.insightViews.nodes[0]
      if (insight) setFresh((all) => new Map(all).set(id, insight))
    },
    [client],
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

  // A newer answer to the page's own query supersedes what was read one by one.
  useEffect(() => setFresh(new Map()), [loaded])

  const key = loaded.map((insight) => insight.id).join(' ')
  useEffect(() => {
    const seen = new Map<string, string>()
    const pending = timers.current
    const stop = watchProgress(client, key === '' ? [] : key.split(' '), {
      next(update) {
        setProgress((all) => new Map(all).set(update.id, update))
        const mark = JSON.stringify(update.series.map(({ state, completeness: { rate, etaSeconds, ...tally } }) => [state, tally]))
        const before = seen.get(update.id)
        seen.set(update.id, mark)
        if (before !== mark) readSoon(update.id)
      },
      // What the stream said last is growing old: show what the queries said until it is back.
      lost: () => setProgress(new Map()),
    })
    return () => {
      stop()
      for (const timer of pending.values()) clearTimeout(timer)
      pending.clear()
    }
  }, [client, key, readSoon])

  const insights = useMemo(
    () => loaded.map((insight) => overlay(fresh.get(insight.id) ?? insight, progress.get(insight.id))),
    [loaded, fresh, progress],
  )
  return { insights, refresh: useCallback((id: string) => void read(id), [read]) }
}

/** The insight with the completeness and state of the stream, which is never older than a query's answer. */
export function overlay(insight: InsightFragment, progress: Progress | undefined): InsightFragment {
  if (!progress) return insight
  return {
    ...insight,
    dataSeries: insight.dataSeries.map((series) => {
      const live = progress.series.find((entry) => entry.seriesId === series.seriesId)
      if (!live) return series
      const workflow = live.state && series.workflow ? { ...series.workflow, state: live.state } : series.workflow
      return { ...series, completeness: live.completeness, workflow }
    }),
  }
}
