import { useMemo } from 'react'
import type { InsightFragment } from '../../api/generated.ts'
import { Legend } from '../../chart/Legend.tsx'
import { LineChart } from '../../chart/LineChart.tsx'
import { chartSeries, insightDomain } from '../../chart/series.ts'
import { CompletenessBar } from '../../completeness/CompletenessBar.tsx'
import { combinedState, combinedTally, pausable } from '../../completeness/state.ts'
import { StateBadge } from '../../completeness/StateBadge.tsx'
import { insightPath, Link } from '../../router/router.tsx'
import { Button } from '../../ui/Button.tsx'
import { usePauseResume } from '../usePauseResume.ts'
import styles from './insights.module.css'

const legendEntries = 4

export function InsightCard({ insight, onChange }: { insight: InsightFragment; onChange: () => void }) {
  const { title } = insight.presentation
  const { series, hidden } = useMemo(() => chartSeries(insight), [insight])
  const domain = useMemo(() => insightDomain(insight), [insight])
  const state = combinedState(insight.dataSeries.map((entry) => entry.workflow?.state))
  const action = pausable(state)
  const { busy, pause, resume } = usePauseResume(onChange)
  const byValue = series.toSorted((a, b) => newest(b) - newest(a))

  return (
    <article className={styles.card} aria-label={title}>
      <header className={styles.cardHead}>
        <h2>
          <Link href={insightPath(insight.id)} className={styles.cardLink}>
            {title}
          </Link>
        </h2>
        <StateBadge state={state} />
        {insight.viewerCanEdit && action && (
          <Button
            kind="quiet"
            icon={action === 'pause' ? 'pause' : 'play'}
            className={styles.cardAction}
            busy={busy}
            aria-label={`${action === 'pause' ? 'Pause' : 'Resume'} ${title}`}
            title={action === 'pause' ? 'Pause' : 'Resume'}
            onClick={() => void (action === 'pause' ? pause(insight.dataSeries) : resume(insight.dataSeries))}
          />
        )}
      </header>
      <div className={styles.cardLegend}>
        <Legend series={series.length > legendEntries ? byValue.slice(0, legendEntries) : series} hidden={hidden + Math.max(0, series.length - legendEntries)} />
      </div>
      <LineChart title={title} series={series} domain={domain} height={196} />
      <CompletenessBar tally={combinedTally(insight.dataSeries)} label={`Completeness of ${title}`} quiet />
    </article>
  )
}

function newest(series: { points: { value: number | null }[] }): number {
  return series.points.findLast((point) => point.value !== null)?.value ?? -1
}
