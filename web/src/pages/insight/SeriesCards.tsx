import { useEffect } from 'react'
import { useQuery } from 'urql'
import { SeriesDetailsDocument, type InsightFragment } from '../../api/generated.ts'
import { OutcomeSwatch } from '../../completeness/CompletenessBar.tsx'
import { pausable } from '../../completeness/state.ts'
import { StateBadge } from '../../completeness/StateBadge.tsx'
import { outcomeMeaning, outcomes } from '../../completeness/tally.ts'
import { formatNumber, plural } from '../../format/numbers.ts'
import { formatDay } from '../../format/times.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { units } from '../new/form.ts'
import { usePauseResume } from '../usePauseResume.ts'
import { SeriesNotices, SeriesPlans } from './SeriesDetails.tsx'
import { SeriesMenu } from './SeriesMenu.tsx'
import { problemText, refusedText, retentionText, workText } from './seriesText.ts'
import styles from './insight.module.css'

type Definition = InsightFragment['dataSeriesDefinitions'][number]

/** A card for each series: its definition, its state and its samples by outcome. */
export function SeriesCards({ insight, refresh }: { insight: InsightFragment; refresh: () => void }) {
  const { busy, pause, resume } = usePauseResume(refresh)
  // Notices and plans change when a plan starts or ends, so they are read again then.
  const stage = insight.dataSeries.map(({ completeness, workflow }) => [completeness.planned, completeness.pending === 0, workflow?.kind, workflow?.problem?.at].join()).join(' ')
  const [{ data }, ask] = useQuery({ query: SeriesDetailsDocument, variables: { id: insight.id } })
  useEffect(() => ask({ requestPolicy: 'network-only' }), [stage, ask])
  const changed = () => {
    ask({ requestPolicy: 'network-only' })
    refresh()
  }
  const several = insight.dataSeries.length > 1
  return (
    <section className={styles.section} aria-labelledby="series-heading">
      <h2 id="series-heading">Series</h2>
      <ul className={styles.seriesList}>
        {insight.dataSeries.map((series) => {
          const definition = insight.dataSeriesDefinitions.find((entry) => entry.seriesId === series.seriesId)
          const label = insight.presentation.seriesPresentation.find((entry) => entry.seriesId === series.seriesId)?.label || series.label
          const state = series.workflow?.state ?? null
          const action = pausable(state)
          const details = data?.insightViews.nodes[0]?.dataSeries.find((entry) => entry.seriesId === series.seriesId)
          const inFlight = series.workflow?.inFlight ?? 0
          return (
            <li key={series.seriesId} className={styles.seriesCard}>
              <div className={styles.seriesHead}>
                <h3>{label}</h3>
                <StateBadge state={state} detail={inFlight > 0 ? `${plural(inFlight, 'batch', 'batches')} in flight.` : undefined} />
                {insight.viewerCanEdit && several && action && (
                  <Button
                    kind="quiet"
                    icon={action === 'pause' ? 'pause' : 'play'}
                    busy={busy}
                    aria-label={`${action === 'pause' ? 'Pause' : 'Resume'} the series ${label}`}
                    onClick={() => void (action === 'pause' ? pause([series]) : resume([series]))}
                  />
                )}
                {insight.viewerCanEdit && <SeriesMenu series={series} label={label} points={definition?.points ?? 0} retention={details?.retention} refresh={changed} />}
                {series.workflow?.temporalUrl && (
                  <a className={styles.temporal} href={series.workflow.temporalUrl} target="_blank" rel="noreferrer">
                    Workflow <Icon name="external" size={12} />
                    <span className="visually-hidden">of {label} in the Temporal UI, new tab</span>
                  </a>
                )}
              </div>
              {workText(series.workflow) && <p className={styles.note}>{workText(series.workflow)}</p>}
              {series.workflow?.problem && <Notice kind="danger">{problemText(series.workflow.problem)}</Notice>}
              {series.workflow?.refused && <Notice kind="warning">{refusedText(series.workflow.refused)}</Notice>}
              {details && <SeriesNotices details={details} problem={Boolean(series.workflow?.problem)} />}
              {definition && (
                <dl className={styles.definition}>
                  <dt>Query</dt>
                  <dd>
                    <code>{definition.query}</code>
                  </dd>
                  <dt>Repositories</dt>
                  <dd>{scopeText(definition)}</dd>
                  <dt>Grid</dt>
                  <dd>{gridText(definition)}</dd>
                  {details && (
                    <>
                      <dt>Charts show</dt>
                      <dd>{retentionText(details.retention)}</dd>
                    </>
                  )}
                </dl>
              )}
              <table className={`${styles.tally} numbers`}>
                <caption className="visually-hidden">Samples of {label} by outcome</caption>
                <thead className="visually-hidden">
                  <tr>
                    <th scope="col">Outcome</th>
                    <th scope="col">Samples</th>
                    <th scope="col">Meaning</th>
                  </tr>
                </thead>
                <tbody>
                  {outcomes.map((outcome) => (
                    <tr key={outcome} className={series.completeness[outcome] === 0 ? styles.zero : undefined}>
                      <th scope="row">
                        <OutcomeSwatch outcome={outcome} /> {outcome}
                      </th>
                      <td>{formatNumber(series.completeness[outcome])}</td>
                      <td className={styles.meaning}>{outcomeMeaning[outcome]}</td>
                    </tr>
                  ))}
                </tbody>
                <tfoot>
                  <tr>
                    <th scope="row">planned</th>
                    <td>{formatNumber(series.completeness.planned)}</td>
                    <td className={styles.meaning}>The sum of the outcomes above.</td>
                  </tr>
                </tfoot>
              </table>
              {details && <SeriesPlans details={details} label={label} />}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function scopeText({ repositoryDefinition: scope }: Definition) {
  if (scope.__typename === 'InsightRepositoryScope') {
    const { repositories } = scope
    return repositories.length <= 3 ? repositories.join(', ') : `${repositories.slice(0, 3).join(', ')} and ${repositories.length - 3} more`
  }
  return scope.allRepositories || scope.search === '' ? 'All' : <code>{scope.search}</code>
}

function gridText({ timeScope, points, anchor, zone }: Definition) {
  const unit = units.find((entry) => entry.unit === timeScope.unit)!
  const step = timeScope.value === 1 ? `every ${unit.one}` : `every ${timeScope.value} ${unit.many}`
  return `${plural(points, 'point')}, ${step}, until ${formatDay(anchor)}${zone ? ` (${zone})` : ''}`
}
