import { Ellipsis, FlaskConical, FolderOpen, GraduationCap, MessageSquareText, Trash2 } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button as AriaButton } from 'react-aria-components'
import { baseOfAdapter, type ModelDetail, type ModelId, type ModelSummary } from '../../../core/contract/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { Card } from '../../hub/index.ts'
import { useFormat } from '../../language/index.ts'
import { goTo } from '../../session/index.ts'
import { Button, IconButton, LoadingPane, Menu, Tabs } from '../../ui/index.ts'
import { hubIdOf, inspect } from './add/add.store.ts'
import { FitTable } from './FitTable.tsx'
import { ModelName } from './ModelName.tsx'
import { adopt, openFolder, remove } from './models.actions.ts'
import { hostKind } from './models.api.ts'
import { isOurs, isUsable, stateOf } from './models.selectors.ts'
import { loadFit, loadModel, modelItems, trainWith, useModels } from './models.store.ts'
import styles from './ModelsRoom.module.css'

/** Everything about the selected model. What cannot be opened is shown as far as the list knows it. */
export function ModelPage({ model }: { readonly model: ModelSummary }) {
  const state = useModels((models) => models.details[model.id])
  const version = useModels((models) => models.version)
  useEffect(() => void loadModel(model.id), [model.id, version])
  if (!state || state.kind === 'loading') return <LoadingPane />
  const detail: ModelDetail =
    state.kind === 'ready' ? { ...state.detail, ...model } : { ...model, card: '', notice: '' }
  const error = model.problem ?? (state.kind === 'failed' ? state.error : null)
  return (
    <article className={styles.page}>
      <header className={styles.header}>
        <div className={styles.names}>
          <ModelName key={model.id} model={model} />
          <Origin model={model} />
        </div>
        <Acts model={model} />
      </header>
      {error && (
        <ErrorNotice
          error={error}
          tone={stateOf(model) === 'reading' ? 'info' : 'error'}
          onRetry={() => void loadModel(model.id)}
        />
      )}
      <Facts model={detail} />
      {isUsable(model) && <Fit id={model.id} />}
      {state.kind === 'ready' && <Texts detail={detail} />}
    </article>
  )
}

function Origin({ model: { origin, kind } }: { readonly model: ModelSummary }) {
  const { t } = useTranslation('models')
  return (
    <>
      <p className={styles.origin}>{t(`originHelp.${origin}`)}</p>
      {kind === 'adapter' && <p className={styles.origin}>{t('adapterHelp')}</p>}
    </>
  )
}

function Acts({ model }: { readonly model: ModelSummary }) {
  const { t } = useTranslation('models')
  const { t: common } = useTranslation('common')
  const isWell = isUsable(model)
  const entries = [
    ...(hostKind() === 'desktop'
      ? [
          {
            id: 'folder',
            label: t('openFolder'),
            icon: <FolderOpen size={14} />,
            onAction: () => void openFolder(model.id),
          },
        ]
      : []),
    ...(isOurs(model)
      ? [
          {
            id: 'remove',
            label: common('remove'),
            icon: <Trash2 size={14} />,
            danger: true,
            onAction: () => void remove(model),
          },
        ]
      : []),
  ]
  return (
    <div className={styles.acts}>
      {isWell && (
        <>
          <Button icon={<MessageSquareText size={15} />} onPress={() => goTo('chat', `model:${model.id}`)}>
            {t('chat')}
          </Button>
          <Button variant="primary" icon={<GraduationCap size={16} />} onPress={() => trainWith(model.id)}>
            {t('train')}
          </Button>
        </>
      )}
      {model.kind === 'adapter' && <AdapterButtons model={model} />}
      {entries.length > 0 && (
        <Menu
          label={common('more')}
          trigger={<IconButton icon={<Ellipsis size={17} />} label={common('more')} />}
          entries={entries}
        />
      )}
    </div>
  )
}

/** Makes a run of an adapter: of its base where that is here, else of the one that the user names. */
function AdapterButtons({ model }: { readonly model: ModelSummary }) {
  const { t } = useTranslation('models')
  const models = useModels(modelItems)
  const base = baseOfAdapter(model, models)
  const hubId = hubIdOf(model.baseModel)
  const show = () => (base ? goTo('models', base.id) : hubId && void inspect(hubId))
  const icon = <FlaskConical size={15} />
  const entries = models
    .filter(({ kind, problem }) => kind !== 'adapter' && problem === null)
    .map(({ id, name }) => ({ id, label: name, onAction: () => void adopt(model.id, id) }))
  return (
    <>
      {(base || hubId) && <Button onPress={show}>{t('getBase')}</Button>}
      {model.problem === null && base && (
        <Button variant="primary" icon={icon} onPress={() => void adopt(model.id, base.id)}>
          {t('adopt')}
        </Button>
      )}
      {model.problem === null && !base && (
        <Menu
          label={t('adoptOn')}
          trigger={
            <Button variant="primary" icon={icon}>
              {t('adoptOn')}
            </Button>
          }
          entries={entries}
        />
      )}
    </>
  )
}

function Facts({ model }: { readonly model: ModelDetail }) {
  const { t } = useTranslation('models')
  const format = useFormat()
  const { parameterCount, sizeBytes, contextLengthTokens, vocabularySize, hub } = model
  const isKnown = parameterCount > 0
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('facts.family'), model.architecture],
    [
      t('facts.parameters'),
      isKnown && t('exactly', { short: format.compact(parameterCount), exact: format.number(parameterCount) }),
    ],
    [t('facts.dtype'), model.dtype],
    [t('facts.size'), sizeBytes > 0 && format.bytes(sizeBytes)],
    [t('facts.context'), contextLengthTokens > 0 && t('tokens', { count: contextLengthTokens })],
    [t('facts.vocabulary'), vocabularySize > 0 && t('vocabulary', { count: vocabularySize })],
    [
      t('facts.template'),
      isKnown && model.kind !== 'adapter' && t(model.hasChatTemplate ? 'hasTemplate' : 'noTemplate'),
    ],
    [t('facts.licence'), isKnown && (model.licence || t('noLicence'))],
    [t('facts.base'), model.baseModel],
    [t('facts.hub'), hub && t('revision', { id: hub.id, revision: hub.commit.slice(0, 10) || hub.revision })],
  ]
  return (
    <dl className={styles.facts}>
      {facts
        .filter(([, value]) => Boolean(value))
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      <Place model={model} />
    </dl>
  )
}

function Place({ model }: { readonly model: ModelSummary }) {
  const { t } = useTranslation('models')
  return (
    <div className={styles.place}>
      <dt>{t('facts.folder')}</dt>
      <dd>
        <span className={styles.path}>{model.folder}</span>
        {hostKind() === 'desktop' && (
          <AriaButton className={styles.link as string} onPress={() => void openFolder(model.id)}>
            {t('openFolder')}
          </AriaButton>
        )}
      </dd>
    </div>
  )
}

function Fit({ id }: { readonly id: ModelId }) {
  const state = useModels((models) => models.fits[id])
  const version = useModels((models) => models.version)
  useEffect(() => void loadFit(id), [id, version])
  if (!state || state.kind === 'loading') return null
  if (state.kind === 'failed') return <ErrorNotice error={state.error} onRetry={() => void loadFit(id)} />
  return <FitTable fit={state.fit} />
}

function Texts({ detail }: { readonly detail: ModelDetail }) {
  const { t } = useTranslation('models')
  const tabs = [
    {
      id: 'card',
      label: t('card'),
      content: detail.card ? <Card text={detail.card} /> : <p className={styles.none}>{t('noCard')}</p>,
    },
    ...(detail.notice
      ? [{ id: 'notice', label: t('notice'), content: <pre className={styles.pre}>{detail.notice}</pre> }]
      : []),
  ]
  return <Tabs label={detail.name} tabs={tabs} />
}
