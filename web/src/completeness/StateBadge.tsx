import type { SeriesWorkflowState } from '../api/generated.ts'
import styles from './completeness.module.css'
import { stateMeaning } from './state.ts'

export function StateBadge({ state, detail }: { state: SeriesWorkflowState | null; detail?: string }) {
  const word = state === null ? 'No answer' : state.charAt(0) + state.slice(1).toLowerCase()
  const meaning = state === null ? 'The workflow does not answer. It needs a running worker.' : stateMeaning[state]
  return (
    <span className={`${styles.badge} ${styles[state?.toLowerCase() ?? ''] ?? ''}`} title={detail ? `${meaning} ${detail}` : meaning} data-state={state ?? 'NONE'}>
      {word}
    </span>
  )
}
