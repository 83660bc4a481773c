import { useEffect } from 'react'
import { useModels } from '../models/index.ts'
import { setValue } from './form.store.ts'

/** Chooses the model that モデル asks to train. */
export function useAskedModel(): void {
  const asked = useModels((state) => state.toTrain)
  useEffect(() => {
    if (asked === null) return
    setValue('general.llm_backbone', asked)
    useModels.setState({ toTrain: null })
  }, [asked])
}
