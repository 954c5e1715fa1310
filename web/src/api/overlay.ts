import type { InsightFragment, ProgressSubscription, SeriesWorkflowState } from './generated.ts'

export type Progress = ProgressSubscription['insightProgress']

/** The latest progress of an insight, and the time since which each series has had its state. */
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
 * Merges the progress stream into an insight that a query returned at the time `at`. The streamed
 * completeness is always used, because the server reads it four times a second. But the server
 * queries workflows only every two seconds, and an older state would hide the effect of a button
 * for a moment. So a streamed state is used only if it changed after `at`.
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
