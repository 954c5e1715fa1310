import { useQuery } from 'urql'
import { type FieldError } from '../../api/errors.ts'
import { PreviewScopeDocument, ValidateQueryDocument, ValidateScopeDocument, type InsightGenerationMethod } from '../../api/generated.ts'
import { useDebounced } from '../../ui/useDebounced.ts'

/**
 * Validates a query while it is typed. Until the server has answered for the current query, and for
 * an empty one, `valid` is false and there is no error.
 */
export function useQueryValidation(query: string, method: InsightGenerationMethod): { error?: FieldError; captures: number; valid: boolean; notes: string[] } {
  const settled = useDebounced(query)
  const paused = settled.trim() === ''
  const [{ data }] = useQuery({ query: ValidateQueryDocument, variables: { query: settled, method }, pause: paused })
  const answer = data?.validateInsightQuery
  if (paused || settled !== query || !answer) return { captures: 0, valid: false, notes: [] }
  const { error } = answer
  return {
    valid: answer.isValid,
    captures: answer.captures,
    notes: answer.notes,
    error: answer.isValid ? undefined : error ? { ...error, suggestion: error.suggestion ?? undefined } : { message: 'This query is not valid.' },
  }
}

/** Validates a scope query and counts its repositories; "" means all repositories. */
export function useScopeValidation(criteria: string, active: boolean): { error?: FieldError; repositories?: number } {
  const settled = useDebounced(criteria)
  const [{ data }] = useQuery({ query: ValidateScopeDocument, variables: { query: settled }, pause: !active || settled === '' })
  const valid = settled === '' || data?.validateScopedInsightQuery.isValid === true
  const [{ data: preview }] = useQuery({ query: PreviewScopeDocument, variables: { query: settled }, pause: !active || !valid })
  if (!active || settled !== criteria) return {}
  if (settled !== '' && data && !valid) return { error: { message: data.validateScopedInsightQuery.invalidReason ?? 'this scope is not valid' } }
  return { repositories: valid ? preview?.previewRepositoriesFromQuery.numberOfRepositories : undefined }
}
