import { useMutation } from 'urql'
import { errorText } from '../../api/errors.ts'
import { RemoveRepositoryDocument } from '../../api/generated.ts'
import { forgetLists } from '../../api/useConnection.ts'
import { useAnnounce } from '../../ui/Announcer.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Notice } from '../../ui/Notice.tsx'

export function RemoveRepository({ name, local, onClose, onRemoved }: { name: string; local: boolean; onClose: () => void; onRemoved: () => void }) {
  const [{ fetching, error }, remove] = useMutation(RemoveRepositoryDocument)
  const announce = useAnnounce()
  return (
    <Dialog
      title={`Remove ${name}?`}
      onClose={onClose}
      actions={
        <Button
          kind="danger"
          busy={fetching}
          onClick={async () => {
            const result = await remove({ name })
            if (result.error) return
            forgetLists()
            onRemoved()
            announce(`Removed ${name}.`)
            onClose()
          }}
        >
          Remove
        </Button>
      }
    >
      <p>
        Later recordings do not include the repository. Samples that were computed are kept. {local ? 'The repository itself is not changed.' : 'Workers delete their mirrors later; the original repository is not changed.'}
      </p>
      {error && <Notice kind="danger">{errorText(error)}</Notice>}
    </Dialog>
  )
}
