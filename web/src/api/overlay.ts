import type { InsightFragment, ProgressSubscription, SeriesWorkflowState } from './generated.ts'

export type Progress = ProgressSubscription['insightProgress']

/** The stream's last word on an insight, and since when it has said each series' state. */
export interface Live {
  progress: Progress
  states: ReadonlyMap<string, { state: SeriesWorkflowState | null; since: number }>
}

export function live(progress: Progress, before: Live | undefined, now: number): Live {
  return {
    progress,
    states: new Map(
      progress.series.map(({ seriesId, state }) => {
        const known = before?.states.get(seriesId)
        return [seriesId, known && known.state === state ? known : { state, since: now }]
      }),
    ),
  }
}

/**
 * The insight as a query answered at a time, with what the stream knows better. Tallies in the stream are never older
 * than a query's. States are: the server asks workflows only every few seconds, so a button's effect would be undone on
 * the page for a moment; the stream's state counts only if it changed after the query's answer.
 */
export function overlay(insight: InsightFragment, at: number, streamed: Live | undefined): InsightFragment {
  if (!streamed) return insight
  return {
    ...insight,
    dataSeries: insight.dataSeries.map((series) => {
      const entry = streamed.progress.series.find(({ seriesId }) => seriesId === series.seriesId)
      if (!entry) return series
      const known = streamed.states.get(series.seriesId)
      const workflow = series.workflow && known?.state && known.since > at ? { ...series.workflow, state: known.state } : series.workflow
      return { ...series, completeness: entry.completeness, workflow }
    }),
  }
}
