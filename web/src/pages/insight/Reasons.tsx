import { useEffect } from 'react'
import { useQuery } from 'urql'
import { SampleReasonsDocument, type InsightFragment } from '../../api/generated.ts'
import { OutcomeSwatch } from '../../completeness/CompletenessBar.tsx'
import type { Outcome } from '../../completeness/tally.ts'
import { formatNumber } from '../../format/numbers.ts'
import styles from './insight.module.css'

/**
 * Why samples are partial or failed, grouped by outcome and reason code, most frequent first in
 * each series. Renders nothing when there are no such samples.
 */
export function Reasons({ insight }: { insight: InsightFragment }) {
  const inexact = insight.dataSeries.reduce((sum, series) => sum + series.completeness.partial + series.completeness.failed, 0)
  const [{ data }, ask] = useQuery({ query: SampleReasonsDocument, variables: { id: insight.id }, pause: inexact === 0 })
  useEffect(() => {
    if (inexact > 0) ask({ requestPolicy: 'network-only' })
  }, [inexact, ask])

  const rows = (data?.insightViews.nodes[0]?.dataSeries ?? []).flatMap((series) =>
    series.reasons.map((reason) => ({ ...reason, seriesId: series.seriesId, label: insight.presentation.seriesPresentation.find((entry) => entry.seriesId === series.seriesId)?.label ?? '' })),
  )
  if (inexact === 0 || rows.length === 0) return null
  return (
    <section className={styles.section} aria-labelledby="reasons-heading">
      <h2 id="reasons-heading">Why some samples are not exact</h2>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Reasons">
        <table className={`${styles.rows} numbers`}>
          <thead>
            <tr>
              <th scope="col">Outcome</th>
              {insight.dataSeries.length > 1 && <th scope="col">Series</th>}
              <th scope="col">Reason</th>
              <th scope="col" className={styles.right}>
                Samples
              </th>
              <th scope="col">Example</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const outcome = row.outcome.toLowerCase() as Outcome
              return (
                <tr key={`${row.seriesId} ${row.outcome} ${row.reasonCode}`}>
                  <td>
                    <span className={styles.outcome}>
                      <OutcomeSwatch outcome={outcome} /> {outcome}
                    </span>
                  </td>
                  {insight.dataSeries.length > 1 && <td>{row.label}</td>}
                  <td>{row.reasonCode}</td>
                  <td className={styles.right}>{formatNumber(row.count)}</td>
                  <td className={styles.reason}>{row.example}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}
