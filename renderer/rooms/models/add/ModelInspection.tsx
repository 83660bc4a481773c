import { ExternalLink } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { HubGguf, HubModel } from '../../../../core/contract/index.ts'
import { ErrorNotice, openOutside } from '../../../errors/index.ts'
import {
  HubCard,
  HubFacts,
  HubFileList,
  HubHeading,
  HubNote,
  HubSection,
  HubTokenForm,
  type HubFact,
} from '../../../hub/index.ts'
import { useFormat } from '../../../language/index.ts'
import { Button, Select } from '../../../ui/index.ts'
import { FitTable } from '../FitTable.tsx'
import { chooseGguf, inspect, inspectAgain } from './add.store.ts'
import styles from './Add.module.css'

/** What is known of a model before it is downloaded: whether it can be used, what it needs, what would be brought. */
export function ModelInspection({ model }: { readonly model: HubModel }) {
  const { t } = useTranslation('models')
  return (
    <article className={styles.inspection}>
      <HubHeading id={model.id} url={model.url} />
      {model.problem && <Problem model={model} />}
      {model.gguf && <Gguf model={model} gguf={model.gguf} />}
      <HubFacts facts={useFacts(model)} />
      {model.fit && <FitTable fit={model.fit} />}
      {model.files.length > 0 && <Files model={model} />}
      <HubCard title={t('inspect.card')} text={model.card} none={t('inspect.noCard')} />
    </article>
  )
}

/** Why it cannot be had or used, and the way out. */
function Problem({ model: { problem, instead, url } }: { readonly model: HubModel }) {
  const { t } = useTranslation('models')
  if (!problem) return null
  const isGated = problem.code === 'hub/gated'
  return (
    <div className={styles.problem}>
      <ErrorNotice error={problem} tone="warning" />
      {instead && (
        <Button className={styles.wayOut as string} onPress={() => void inspect(instead)}>
          {t('inspect.instead', { id: instead })}
        </Button>
      )}
      {isGated && (
        <>
          <Button
            className={styles.wayOut as string}
            icon={<ExternalLink size={14} />}
            onPress={() => void openOutside(url)}
          >
            {t('inspect.accept')}
          </Button>
          <HubTokenForm onChanged={inspectAgain} />
          <HubNote>{t('inspect.token')}</HubNote>
        </>
      )}
    </div>
  )
}

/** Which of the GGUF files is brought, and what it becomes. */
function Gguf({ model: { problem, instead }, gguf }: { readonly model: HubModel; readonly gguf: HubGguf }) {
  const { t } = useTranslation('models')
  const format = useFormat()
  const items = gguf.choices.map(({ file, sizeBytes }) => ({
    id: file,
    label: t('inspect.gguf.item', { file, size: format.bytes(sizeBytes) }),
  }))
  return (
    <div className={styles.problem}>
      <Select label={t('inspect.gguf.file')} value={gguf.file} items={items} onChange={chooseGguf} />
      {gguf.modelBytes > 0 && <HubNote>{t('inspect.gguf.note', { size: format.bytes(gguf.modelBytes) })}</HubNote>}
      {instead && !problem && (
        <>
          <HubNote>{t('inspect.gguf.original')}</HubNote>
          <Button className={styles.wayOut as string} onPress={() => void inspect(instead)}>
            {t('inspect.gguf.show', { id: instead })}
          </Button>
        </>
      )}
    </div>
  )
}

function useFacts(model: HubModel): readonly HubFact[] {
  const { t } = useTranslation('models')
  const { t: hub } = useTranslation('hub')
  const format = useFormat()
  const { parameterCount, contextLengthTokens, vocabularySize, tokenizer, updatedAt, revision, commit } = model
  return [
    [t('facts.family'), model.architecture || model.family],
    [t('facts.parameters'), parameterCount === null ? '' : format.compact(parameterCount)],
    [t('facts.dtype'), model.dtype],
    [t('inspect.quantization'), model.quantization ?? ''],
    [t('inspect.tokenizer'), tokenizer ? t(`inspect.tokenizers.${tokenizer}`) : ''],
    [t('facts.template'), t(model.hasChatTemplate ? 'hasTemplate' : 'noTemplate')],
    [t('facts.context'), contextLengthTokens === null ? '' : t('tokens', { count: contextLengthTokens })],
    [t('facts.vocabulary'), vocabularySize === null ? '' : t('vocabulary', { count: vocabularySize })],
    [t('facts.licence'), model.licence || hub('facts.noLicence')],
    [t('inspect.languages'), model.languages.join(', ')],
    [t('facts.base'), model.baseModel ?? ''],
    [hub('facts.downloads'), format.compact(model.downloads)],
    [hub('facts.likes'), format.compact(model.likes)],
    [hub('facts.updated'), updatedAt && format.when(updatedAt)],
    [t('inspect.revision'), revision === commit ? commit.slice(0, 10) : `${revision} (${commit.slice(0, 10)})`],
  ]
}

function Files({ model: { files, downloadBytes } }: { readonly model: HubModel }) {
  const { t } = useTranslation('models')
  const format = useFormat()
  const chosen = files.filter(({ isChosen }) => isChosen)
  const others = files.length - chosen.length
  const title = t('inspect.files', { count: chosen.length, size: format.bytes(downloadBytes) })
  return (
    <HubSection title={title}>
      <HubFileList label={title} files={files.map((file) => ({ ...file, isTaken: file.isChosen }))} />
      {others > 0 && <HubNote>{t('inspect.otherFiles', { count: others })}</HubNote>}
    </HubSection>
  )
}
