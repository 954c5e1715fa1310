import { useState, type FormEvent } from 'react'
import { useMutation } from 'urql'
import { inputErrors } from '../../api/errors.ts'
import { AddRepositoryDocument } from '../../api/generated.ts'
import { useAnnounce } from '../../ui/Announcer.tsx'
import { Button } from '../../ui/Button.tsx'
import { Field, TextInput } from '../../ui/Field.tsx'
import styles from './repositories.module.css'

export function AddRepository({ onAdded }: { onAdded: () => void }) {
  const [location, setLocation] = useState('')
  const [error, setError] = useState('')
  const [{ fetching }, add] = useMutation(AddRepositoryDocument)
  const announce = useAnnounce()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const wanted = location.trim()
    if (wanted === '') return setError('Enter an absolute path on the server, or a clone URL.')
    if (fetching) return
    const result = await add({ location: wanted, name: null })
    if (result.error) {
      const { fields, general } = inputErrors(result.error)
      return setError([...[...fields.values()].map((field) => field.message), ...general].join(' '))
    }
    setLocation('')
    setError('')
    onAdded()
    announce(`Added ${result.data?.addRepository.name}.`)
  }

  return (
    <form className={styles.add} onSubmit={(event) => void submit(event)} noValidate>
      <Field label="Add a repository" hint="An absolute path on the server, or a clone URL such as https://… or git@host:path." error={error}>
        {(parts) => (
          <div className={styles.addRow}>
            <TextInput
              mono
              {...parts}
              value={location}
              placeholder="https://example.com/team/project.git"
              onChange={(event) => {
                setLocation(event.target.value)
                setError('')
              }}
            />
            <Button kind="primary" type="submit" icon="plus" busy={fetching}>
              Add
            </Button>
          </div>
        )}
      </Field>
    </form>
  )
}
