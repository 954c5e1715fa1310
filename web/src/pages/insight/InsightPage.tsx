import { useCallback, useMemo, useState } from 'react'
import { useQuery } from 'urql'
import { errorText } from '../../api/errors.ts'
import { InsightDocument, type InsightFragment } from '../../api/generated.ts'
import { useLiveInsights } from '../../api/useLiveInsights.ts'
import { ChartTable } from '../../chart/ChartTable.tsx'
import type { Cursor } from '../../chart/cursor.ts'
import { findPoint } from '../../chart/cursor.ts'
import { Legend } from '../../chart/Legend.tsx'
import { LineChart } from '../../chart/LineChart.tsx'
import { chartSeries, fewValues, insightDomain, manyValues } from '../../chart/series.ts'
import { formatNumber } from '../../format/numbers.ts'
import { Link, useSearch } from '../../router/router.tsx'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useTitle } from '../useTitle.ts'
import { InsightHead } from './InsightHead.tsx'
import { Reasons } from './Reasons.tsx'
import { SamplesPanel } from './SamplesPanel.tsx'
import { SeriesCards } from './SeriesCards.tsx'
import styles from './insight.module.css'

const none: InsightFragment[] = []

export function InsightPage({ id }: { id: string }) {
  const [search] = useSearch()
  const values = search.has('values') ? manyValues : fewValues
  const [{ data, error }, ask] = useQuery({ query: InsightDocument, variables: { id, values } })
  const reload = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask])
  const { insights, refresh } = useLiveInsights(data?.insightViews.nodes ?? none, reload, values)
  const insight = insights[0]
  useTitle(insight?.presentation.title ?? 'Insight')
  if (insight) return <Insight insight={insight} refresh={() => refresh(id)} />
  if (error) return <Notice kind="danger">{errorText(error)}</Notice>
  if (!data) return <div className={styles.skeleton} aria-hidden="true" />
  return (
    <>
      <h1>This insight does not exist</h1>
      <p>
        It may have been deleted. <Link href="/">All insights</Link>
      </p>
    </>
  )
}

function Insight({ insight, refresh }: { insight: InsightFragment; refresh: () => void }) {
  const { title } = insight.presentation
  const [search, setSearch] = useSearch()
  const showsMany = search.has('values')
  const asTable = search.get('view') === 'table'
  const { series, hidden } = useMemo(() => chartSeries(insight), [insight])
  const domain = useMemo(() => insightDomain(insight), [insight])
  const [justOpened, setJustOpened] = useState(false)

  const time = search.get('t')
  const selected: Cursor | null = time ? { series: search.get('s') ?? '', time: Date.parse(time) } : null
  const found = findPoint(series, selected)
  const open = (cursor: Cursor) => {
    const point = findPoint(series, cursor)
    if (!point) return
    setJustOpened(true)
    setSearch({ s: cursor.series, t: point.point.dateTime, outcome: null, repo: null }, { push: true })
  }
  const close = () => setSearch({ s: null, t: null, outcome: null, repo: null })

  return (
    <>
      <InsightHead insight={insight} refresh={refresh} />
      <div className={found ? styles.split : undefined}>
        <section className={styles.chartCard} aria-label="Chart">
          <div className={styles.chartHead}>
            <Legend series={series} hidden={hidden} />
            <div className={styles.chartTools}>
              {(hidden > 0 || showsMany) && (
                <Button kind="quiet" onClick={() => setSearch({ values: showsMany ? null : 'many' })}>
                  {showsMany ? `Show the ${fewValues} largest` : fits(insight) ? `Show all ${formatNumber(series.length + hidden)}` : `Show the ${manyValues} largest`}
                </Button>
              )}
              <a className={styles.export} href={`/export/${insight.id}.csv`} download title={`All points, including archived ones${hidden > 0 ? ' and values that the chart leaves out' : ''}`}>
                CSV
              </a>
              <div className={styles.switch} role="group" aria-label="Show as">
                <button type="button" aria-pressed={!asTable} onClick={() => setSearch({ view: null })}>
                  Chart
                </button>
                <button type="button" aria-pressed={asTable} onClick={() => setSearch({ view: 'table' })}>
                  Table
                </button>
              </div>
            </div>
          </div>
          {asTable ? (
            <ChartTable title={title} series={series} onOpen={open} />
          ) : (
            <LineChart title={title} series={series} domain={domain} height={380} selected={selected} onOpen={open} onLeave={found ? close : undefined} />
          )}
          <ChartKey series={series} />
        </section>
        {found && <SamplesPanel key={`${found.series.key} ${found.point.time}`} insightId={insight.id} series={found.series} point={found.point} takeFocus={justOpened} onClose={close} />}
      </div>
      <SeriesCards insight={insight} refresh={refresh} />
      <Reasons insight={insight} />
    </>
  )
}

/** Whether the chart can show all values of each series. */
function fits(insight: InsightFragment): boolean {
  return insight.dataSeries.every((series) => series.valueCount <= manyValues)
}

/** Explains the symbols of incomplete, pending and failed points that the chart has. */
function ChartKey({ series }: { series: ReturnType<typeof chartSeries>['series'] }) {
  const states = new Set(series.flatMap((entry) => entry.points.map((point) => point.state)))
  if (!states.has('partial') && !states.has('pending') && !states.has('failed')) return null
  return (
    <ul className={styles.key} aria-label="Symbols in this chart">
      {states.has('partial') && (
        <li>
          <svg width="30" height="10" aria-hidden="true">
            <path d="M1,5H29" className={styles.keyDash} />
            <circle cx="15" cy="5" r="3.5" className={styles.keyHollow} />
          </svg>
          incomplete: some samples are partial, failed or pending
        </li>
      )}
      {states.has('pending') && (
        <li>
          <span className={styles.keyHatch} aria-hidden="true" />
          not computed yet
        </li>
      )}
      {states.has('failed') && (
        <li>
          <svg width="10" height="10" aria-hidden="true">
            <path d="M2,2L8,8M2,8L8,2" className={styles.keyCross} />
          </svg>
          failed, value unknown
        </li>
      )}
    </ul>
  )
}
