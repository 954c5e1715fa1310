import type { InsightFragment, PointFragment } from '../api/generated.ts'
import type { ChartPoint, ChartSeries, PointState } from '../chart/series.ts'
import { emptyTally } from '../completeness/tally.ts'

/**
 * A point as the server sends it. Of its `planned` repositories, `known` are counted, and the
 * others are pending unless `more` gives them another outcome.
 */
export function serverPoint(dateTime: string, value: number, known = 3, planned = 3, more: Partial<PointFragment['outcomes']> & { label?: string } = {}): PointFragment {
  const { label = '', ...outcomes } = more
  const missing = planned - known - (outcomes.partial ?? 0) - (outcomes.failed ?? 0)
  return {
    dateTime,
    value,
    label,
    isSnapshot: false,
    coverage: { known, planned },
    outcomes: { planned, counted: known, reused: 0, absent: 0, partial: 0, failed: 0, pending: missing, ...outcomes },
  }
}

export function insight(points: PointFragment[], { captured = false, color = '', values = 0 } = {}): InsightFragment {
  return {
    id: 'view',
    createdAt: '2026-03-31T10:00:00Z',
    owner: null,
    viewerCanEdit: true,
    presentation: { title: 'Test', seriesPresentation: [{ seriesId: 's', label: 'Label', color }] },
    dataSeries: [{ seriesId: 's', label: 'Label', points, valueCount: values, completeness: { ...emptyTally, percent: 100, rate: null, etaSeconds: null }, workflow: null }],
    dataSeriesDefinitions: [
      {
        seriesId: 's',
        query: 'TODO',
        generatedFromCaptureGroups: captured,
        generationMethod: captured ? 'SEARCH_COMPUTE' : 'SEARCH',
        points: 3,
        anchor: '2026-03-31T10:00:00Z',
        zone: '',
        timeScope: { unit: 'MONTH', value: 1 },
        repositoryDefinition: { __typename: 'RepositorySearchScope', search: '', allRepositories: true },
      },
    ],
  }
}

const day = 86_400_000
export const start = Date.UTC(2026, 0, 1)

/**
 * A line with one point a day. A number is exact, [n] is a lower bound, null is pending and
 * 'failed' is failed.
 */
export function daily(key: string, values: (number | [number] | null | 'failed')[]): ChartSeries {
  return {
    key,
    seriesId: key,
    label: key.toUpperCase(),
    colour: { className: 'series-0' },
    marker: 'circle',
    captured: false,
    points: values.map((value, index): ChartPoint => {
      const state: PointState = value === null ? 'pending' : value === 'failed' ? 'failed' : Array.isArray(value) ? 'partial' : 'exact'
      const time = start + index * day
      return {
        time,
        dateTime: new Date(time).toISOString(),
        value: typeof value === 'number' ? value : Array.isArray(value) ? value[0] : null,
        state,
        known: state === 'exact' ? 3 : state === 'partial' ? 2 : 0,
        planned: 3,
        partial: state === 'partial' ? 1 : 0,
        failed: state === 'failed' ? 3 : 0,
        pending: state === 'pending' ? 3 : 0,
      }
    }),
  }
}
