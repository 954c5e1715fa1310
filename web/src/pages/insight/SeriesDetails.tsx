import { formatNumber } from '../../format/numbers.ts'
import { formatDay, formatTime } from '../../format/times.ts'
import type { SeriesDetailsQuery } from '../../api/generated.ts'
import { Notice } from '../../ui/Notice.tsx'
import styles from './insight.module.css'
import { isPlanning, noticeText, planTexts } from './seriesText.ts'

export type Details = SeriesDetailsQuery['insightViews']['nodes'][number]['dataSeries'][number]
export type Retention = Details['retention']

/**
 * The notices of a series. If `problem` is true, the page shows the workflow's problem, and a
 * planning notice is left out because it would repeat it.
 */
export function SeriesNotices({ details, problem }: { details: Details; problem: boolean }) {
  const shown = details.notices.filter(({ reason }) => noticeText(reason) !== null && !(problem && isPlanning(reason)))
  const reasonCodes = details.notices.map(({ reason }) => reason).filter((reason) => noticeText(reason) === null)
  return (
    <>
      {shown.map(({ reason, since, forTime }) => (
        <Notice key={reason} kind="warning">
          {noticeText(reason)} Since {formatDay(since)}; {isPlanning(reason) ? 'last attempt' : 'newest affected sample'}: {formatDay(forTime)}.
        </Notice>
      ))}
      {reasonCodes.length > 0 && <Notice kind="warning">Some samples are not exact: {reasonCodes.join(', ')}. The table of reasons below explains why.</Notice>}
    </>
  )
}

/** The plans of a series, newest first. The note of a plan says why it was made. */
export function SeriesPlans({ details, label }: { details: Details; label: string }) {
  if (details.plans.length === 0) return null
  return (
    <details className={styles.plans}>
      <summary>Plans</summary>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={`Plans of ${label}`}>
        <table className={`${styles.rows} ${styles.tight} numbers`}>
          <thead>
            <tr>
              <th scope="col">Planned</th>
              <th scope="col">Kind</th>
              <th scope="col">Times</th>
              <th scope="col">Completed</th>
            </tr>
          </thead>
          <tbody>
            {details.plans.map((plan) => (
              <tr key={plan.number}>
                <td title={formatTime(plan.createdAt)}>{formatDay(plan.createdAt)}</td>
                <td className={styles.what}>
                  {planTexts[plan.kind]}
                  {plan.note && `: ${plan.note}`}
                </td>
                <td>{plan.times.length === 1 ? formatDay(plan.times[0]!) : formatNumber(plan.times.length)}</td>
                <td title={plan.completedAt ? formatTime(plan.completedAt) : undefined}>{plan.completedAt ? formatDay(plan.completedAt) : 'not yet'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
