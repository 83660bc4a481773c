import type { LocaleOf } from '../locale.ts'
import type { errors as ja } from '../ja/errors.ts'

export const errors: LocaleOf<typeof ja> = {
  internal: 'Something went wrong inside the studio ({message}). Try again; if it stays, report it with the log.',
  'call-unknown': 'Unknown call "{call}".',
  'call-invalid': 'The input "{path}" of the studio\'s own call "{call}" is not valid. Try again.',
  'call-refused': 'Only the studio\'s own window may call "{call}".',
  'link/not-allowed': 'The studio does not open "{address}". If you need it, paste the address into your browser.',
  'preferences/unwritable':
    'The preferences folder "{folder}" cannot be written to. Check its permissions and free space.',
  'library/not-folder': '"{folder}" was named as the library and is not a folder. Check the path and name a folder.',
  'library/not-made':
    'The library folder "{folder}" is not there and cannot be made. Check the path and the permissions of the folder above.',
  'library/unwritable':
    'The library folder "{folder}" cannot be written to. Check its permissions and free space, or choose another folder.',
  'disk-full': 'The disk is full, so "{file}" could not be saved. Free some space and save again.',
  'file/not-found': 'The file "{file}" was not found.',
  'file/unreadable':
    'The file "{file}" cannot be opened ({reason}). Check that no other program holds it and that you may read it.',
  'file/not-regular':
    '"{file}" is not an ordinary file, so it is not read. Remove the folder or special file of that name, and install it again.',
  'file/lfs-pointer':
    '"{file}" is only a mark of Git LFS: its contents are not here yet. Fetch them with "git lfs pull", or download it again.',
  'file/too-large':
    'The file "{file}" is too large ({foundMB} MB; at most {maxMB} MB). Check that it is the right one, and install it again.',
  'file/too-deep':
    'The file "{file}" nests too deeply to be read (at most {max} levels). Check that it is the right one, and install it again.',
  'setting/unknown': 'There is no setting "{setting}". Check its name.',
  'setting/required': 'Enter "{setting}".',
  'setting/not-chosen': 'Choose "{setting}".',
  'setting/type': 'The value "{found}" of "{setting}" cannot be used ({expected} is needed).',
  'setting/range': 'The value {found} of "{setting}" is out of range. Enter one between {min} and {max}.',
  'setting/choice': 'The value "{found}" of "{setting}" is not one of {expected}.',
  'settings-file/not-a-table':
    'The settings file "{file}" is not in the right form. Write for example "epochs: 50" under "training:".',
  'settings-file/not-a-group': 'In the settings file "{file}", write lines "name: value" under "{group}".',
  'settings-file/syntax':
    'Line {line} of the settings file "{file}" cannot be read as YAML. Check its indentation, quotes and colons.',
  'experiment/not-found': 'The experiment "{id}" was not found.',
  'experiment/damaged':
    'The experiment file "{file}" is damaged or cannot be read by this version. Put it back from a backup, or remove this experiment.',
  'experiment/incomplete':
    'The experiment file "{file}" is missing. Put it back from a backup, or remove this experiment.',
  'experiment/closing': 'The library is being closed, so no training can begin. Open it again, then start.',
  'experiment/no-dataset':
    'The table that "{name}" was trained on was not kept: an earlier version of the studio ran it.',
  'experiment/busy': '"{name}" is still training. Wait for it to finish or stop it first.',
  'experiment/no-checkpoint': '"{name}" has no checkpoint of step {step}. Choose one of those that are kept.',
  'experiment/not-resumable': '"{name}" has ended and cannot be resumed.',
  'experiment/untrained': '"{name}" has no trained result yet. Choose it in the chat once it has trained.',
  'export/no-adapter': '“{name}” trained the whole model, so there is no adapter. Export it as a merged model instead.',
  'export/no-space':
    'The disk of “{folder}” has {free} GB free, and the export takes about {needed} GB. Free some space or choose another place.',
  'export/folder-unwritable': 'Cannot write to “{folder}”. Check the folder’s permissions or choose another place.',
  'export/stopped': 'Stopped. Nothing was published on Hugging Face.',
  'export/not-published': 'This form cannot be published. Export as a LoRA adapter, a merged model, GGUF or MLX.',
  'export/interrupted': 'The studio ended while this was being sent. Publish it again to go on from there.',
  'export/not-found': 'This export is no longer there. Export again.',
  'export/no-lm-studio': 'LM Studio’s model folder was not found. Open LM Studio once, then try again.',
  'ollama/not-running': 'Ollama is not running ({host}). Start Ollama, then try again.',
  'ollama/too-old': 'Ollama {found} is too old to take this model. Update it to {needed} or later.',
  'ollama/name-taken': 'Ollama already has “{name}”. Choose another name, or replace it.',
  'ollama/no-space': 'Ollama’s disk is full. Free some space, then add the model again.',
  'ollama/refused': 'Ollama refused the model ({found}). Update Ollama, or export in another format.',
  'ollama/lost': 'Ollama ({host}) stopped answering. Check Ollama and its disk, then add the model again.',
  'export/option': 'The export “{form}” has no “{found}” for “{option}”. Choose one of {expected}.',
  'export/mlx-unsupported':
    'mlx-lm cannot run a model like this ({found}). Export it as a merged model and use it from Python.',
  'export/damaged':
    'Reading “{file}” again gave something else than was written. Check the disk, and export to another place.',
  'device/no-fp16':
    'The device "{device}" cannot hold weights in fp16. Set "Base weights" to bfloat16 or int8, or choose the CPU as the device.',
  'device/unavailable':
    'The device "{device}" cannot be used now. {why} With "Device" on automatic, one that can be used computes.',
  'model/not-found': 'The model "{model}" was not found. Choose one that is listed in Models.',
  'plan/dataset-problems':
    '"{dataset}" has {count} places that may spoil the training. "Check" in the dataset puts them right.',
  'plan/few-rows':
    'There are {rows} training rows: enough for one fact; 1,000 or more are advised for broader teaching.',
  'plan/batch-larger-than-data': 'With {rows} training rows, the batch size {batchSize} is treated as {rows}.',
  'plan/beyond-context':
    'The maximum length {maxLength} is more than the {context} tokens that this model can read. Rows are cut at {context} tokens.',
  'plan/precision': 'The precision {precision} cannot be used on the device "{device}". Choose automatic or float32.',
  'plan/system-merged':
    'The chat template of this model has no place for a system text. The text of the system column is put before the first question.',
  'plan/memory':
    'This will hardly fit the memory of this computer. Make the batch size or the maximum length smaller; int4 for "Base weights" takes less memory, too.',
  'plan/gpu-memory':
    'Batches that do not fit the memory of this GPU are computed in smaller parts, which takes longer. "Gradient checkpointing", or int4 for "Base weights", takes less memory.',
  'engine/unavailable': 'The engine stopped. Try again: it starts anew by itself.',
  'cli/usage': '"{problem}" is not used correctly. See "terakoya help".',
  'cli/unknown-source': 'There is no experiment or model called "{name}". Check the name.',
  'cli/library-locked':
    '{program} on "{host}" has been using this library since {since}. Close it, work there, or name another folder with --library.',
  'cli/same-file': '"{file}" is the file that is read. Write to another name.',
  'cli/columns-missing':
    '"{file}" has no question and answer columns (it has: {found}). Call them "prompt" and "answer" in its header.',
  'cli/unknown-ending': 'The ending of "{file}" names no known format. Use one of {known}, or name it with --format.',
  'cli/unwritable': '"{file}" cannot be written. Check that its folder exists and that you may write there.',
  'runtime/library-missing':
    'The compute library (ONNX Runtime) was not found ({file}, {platform}). Install the studio again.',
  'runtime/library-unloadable': 'The compute library "{file}" cannot be loaded. Install the studio again.',
  'runtime/kernels-failed':
    'The programs for the GPU could not be compiled. Update the NVIDIA driver, or choose the CPU to compute with.',
  'runtime/out-of-memory':
    'The device "{device}" has run out of memory. Close other programs, or make the maximum length smaller. A training takes less with "Gradient checkpointing" on and int4 for "Base weights".',
  'runtime/weights-unreadable': 'The weights of the model in "{folder}" cannot be read. Install the model again.',
  'checkpoint/config-missing':
    'The model\'s settings file "{file}" is missing. Choose a model folder that has a config.json.',
  'checkpoint/json-invalid': 'The file "{file}" is damaged (it cannot be read as JSON). Install the model again.',
  'checkpoint/weights-missing':
    'The folder "{folder}" has no weights (model.safetensors or pytorch_model.bin). Install the model again.',
  'checkpoint/shard-missing':
    'The weights in the folder "{folder}" are in several files, of which "{file}" is missing. Download all of them again.',
  'checkpoint/torch-legacy':
    'The file "{file}" is in PyTorch\'s old format, which cannot be read. Convert it to safetensors, or choose a model that has model.safetensors.',
  'checkpoint/torch-refused':
    'The file "{file}" holds something other than weights ({found}), so it is not read, for safety. Choose a model that has model.safetensors.',
  'checkpoint/torch-unsupported':
    'The way "{file}" is stored ({found}) is not supported. Convert it to safetensors, or choose a model that has model.safetensors.',
  'checkpoint/torch-damaged':
    'The file "{file}" is cut off or damaged and cannot be read as PyTorch weights. Download or copy it again.',
  'checkpoint/truncated':
    'The file "{file}" is cut off ({found} bytes instead of {expected}). Download or copy it again.',
  'checkpoint/excess':
    'The file "{file}" is too long ({found} bytes instead of {expected}). Download or copy it again.',
  'checkpoint/header-invalid':
    'The file "{file}" cannot be read as safetensors (its header is damaged). Download or copy it again.',
  'checkpoint/header-too-long':
    'The header of "{file}" is too long ({found} bytes; at most {max}). Check where the file comes from, and choose another model.',
  'checkpoint/too-many':
    'The file "{file}" lists too much ({found}; at most {max}). Check where it comes from, and choose another model.',
  'checkpoint/offsets-invalid':
    'The header of "{file}" is damaged (tensor "{tensor}": {expected} expected, {found} found). Download or copy it again.',
  'checkpoint/dtype-unknown':
    'The number format "{found}" of tensor "{tensor}" in "{file}" is not supported. Choose a model in fp32, fp16 or bf16.',
  'checkpoint/tensor-missing': '"{file}" lacks the tensor "{tensor}". Install the model again.',
  'checkpoint/tensor-shape':
    'Tensor "{tensor}" in "{file}" has the wrong shape ({found} instead of {expected}). Check that config.json and the weights belong together.',
  'adapter/unsupported': '"{setting}: {found}" in the adapter "{file}" is not supported. Choose a plain LoRA adapter.',
  'adapter/not-adapter': '"{model}" is no LoRA adapter. Choose one in the list of models.',
  'adapter/base-missing': 'The base model "{base}" of the adapter "{adapter}" is not here. Add it first.',
  'adapter/other-base':
    'This adapter is not of the chosen model ("{module}" has another shape). Choose the base model that it was trained on.',
  'adapter/tensor-unknown':
    'The adapter "{file}" holds "{tensor}", which is not plain LoRA. Choose a plain LoRA adapter.',
  'tokenizer/missing': 'The folder "{folder}" has no tokenizer (such as tokenizer.json). Install the model again.',
  'tokenizer/unsupported': 'The form "{found}" of the tokenizer "{file}" is not supported yet. Supported: {supported}.',
  'tokenizer/damaged': 'The tokenizer "{file}" is damaged (at byte {position}). Install the model again.',
  'tokenizer/setting':
    'The value of "{setting}" in the tokenizer settings "{file}" cannot be used. Check where the model comes from, and install it again.',
  'tokenizer/too-many-added': 'The tokenizer has too many added tokens ({found}; at most {max}). Choose another model.',
  'tokenizer/no-template': 'This model has no chat template. Set "Sample format" to "H2O markers".',
  'tokenizer/template-failed': 'The model\'s chat template failed. Set "Sample format" to "H2O markers".',
  'model/unsupported': 'Models of the type "{found}" are not supported yet. Supported types: {supported}.',
  'model/config': 'The entry "{setting}: {found}" of the model\'s config.json is not supported. Choose another model.',
  'model/quantized':
    'The weights of this model are quantized already ({method}), so it cannot be used. Choose the original model (fp32, fp16 or bf16). Set "Base weights" to int8 or int4 to need less memory.',
  'model/config-missing': 'The entry "{setting}" is missing in the model\'s config.json. Install the model again.',
  'model/config-unknown':
    'The entry "{setting}: {found}" of the model\'s config.json is not known here. It may change the results, so the model is not used. Choose another model.',
  'model/config-range':
    'The value {found} of "{setting}" in the model\'s config.json cannot be used (a whole number from 1 to {max} is needed). Choose a supported model.',
  'model/is-adapter':
    '"{model}" is a LoRA adapter, so it cannot be a base model. Choose the model that it was made for ({base}).',
  'model/in-use': '“{run}” is training with “{model}”. Remove it once the training has ended.',
  'model/not-ours': 'The model "{model}" is not one of the library, so it cannot be changed here.',
  'model/no-model-folder':
    'The folder "{folder}" is no model. Choose one with a config.json, an adapter_config.json or a GGUF file in it.',
  'model/several-gguf':
    'The folder "{folder}" holds several GGUF files ({found}). Choose a folder with only the one to use, or drop that file.',
  'model/no-file-manager': 'The browser edition cannot open folders. Open "{folder}" in your file manager.',
  'model/being-read': 'The files of the model "{model}" are being examined. Wait until this has ended.',
  'model/too-slow':
    'The files of the model "{model}" took more than {seconds} seconds to read, so this was stopped. Check where the model comes from, or choose another.',
  'model/too-large':
    'Reading the files of the model "{model}" took more than {megabytes} MB of memory, so this was stopped. Check where the model comes from, or choose another.',
  'model/unreadable':
    'The files of the model "{model}" cannot be read. Check where the model comes from; install it again or choose another.',
  'model/weight-missing':
    'The weight "{weight}" of the model is missing. Check that config.json belongs to these weights, and that no file of them is missing.',
  'model/weight':
    'The weight "{weight}" of the model does not fit (expected {expected}, found {found}). Get the model again.',
  'model/unknown-target': 'This model has no layer "{target}" for LoRA. Known names: {known}.',
  'dataset/empty': 'The dataset "{dataset}" has no row with both a question and an answer. Add rows before training.',
  'training/nothing-counted':
    'The batch of step {step} has no token that counts. Check the answer column and the maximum lengths.',
  'training/quantized-full':
    'Weights in {dtype} cannot be trained themselves. Turn "Use LoRA" on, or leave "Base weights" as stored.',
  'training/diverged':
    'The loss could no longer be computed at step {step}. Make the learning rate smaller and train again.',
  'checkpoint/layout':
    'The checkpoint "{folder}" does not fit the LoRA settings (expected {expected}, found {found}). Use the settings it was trained with.',
  'chat/no-question': 'There is no question. Write one and send it again.',
  'chat/too-long':
    'The question is too long: this model reads up to {limit} tokens. Make it shorter and send it again.',
  'api/foreign':
    'This server takes no requests of web pages, or under another host name. Connect to the address of this computer itself.',
  'api/no-key': 'There is no API key. Send "Authorization: Bearer <key>".',
  'api/wrong-key': 'The API key is wrong. Use the key that was made in the Settings of the studio.',
  'api/key-first': 'There is no API key yet. Make one first.',
  'api/no-route': 'There is no "{path}". Use /v1/models, /v1/chat/completions or /v1/completions.',
  'api/method': 'This URL wants {method}.',
  'api/no-embeddings':
    'This server makes no embeddings: the models of the studio write text. Use another server with a model for embeddings.',
  'api/content-type': 'Send the body as plain JSON with "Content-Type: application/json".',
  'api/too-large': 'The request is too large (at most {maxMB} MB). Shorten the conversation.',
  'api/incomplete': 'The request broke off, or is no HTTP. Send it again.',
  'api/bad-json': 'The body cannot be read as a JSON object. Send JSON in UTF-8.',
  'api/too-deep': 'The JSON of the body nests too deep (at most {max} levels).',
  'api/unknown-parameter': 'There is no parameter "{name}". Remove it.',
  'api/unsupported': 'The parameter "{name}" is not supported yet. Remove it.',
  'api/tools': 'Tool calls are not supported ({name}). Send the request without tools.',
  'api/part': '{name} is of the type "{type}", which cannot be used. Send "text" only.',
  'api/missing': 'The parameter "{name}" is missing.',
  'api/value': 'The value of the parameter "{name}" is wrong (it can be: {expected}).',
  'api/model-unknown': 'There is no model "{model}". Look up the names at /v1/models.',
  'api/model-twice': 'Several experiments are called "{model}". Name one by its id ({ids}).',
  'api/busy': '{count} requests are waiting for their turn. Wait a moment and send it again.',
  'api/port-in-use': 'Port {port} is used by another program. End that program, or choose another port.',
  'api/port-refused': 'Port {port} cannot be used. Choose 1024 or higher.',
  'api/no-address': 'This computer has no address "{host}". Check --host.',
  'api/key-file':
    'The key file "{file}" must hold one line with a key of at least 16 letters, digits and signs, without blanks.',
  'chat/no-checkpoint': '"{name}" no longer has a checkpoint of step {step}. Choose another checkpoint.',
  'chat/unknown-setting': 'There is no setting "--{name}". Known names: {known}. "--help" explains them.',
  'chat/setting-value': 'Write a value behind "--{name}", such as "--top_k 30".',
  'chat/setting-range': '"--{name}" is a whole number from {min} to {max} (now {found}).',
  'conversation/not-found': 'This conversation cannot be found. Choose another one, or begin a new one.',
  'conversation/damaged':
    'The file "{file}" of the conversation is damaged or cannot be read by this version. Put it back from a backup, or delete this conversation.',
  'conversation/busy': 'An answer is still being made. Wait for it or stop it, then send.',
  'conversation/full': 'This conversation cannot grow any longer. Begin a new one.',
  'conversation/no-turn': 'This turn is not in the conversation. Open the conversation again.',
  'web/port-in-use': 'Port {port} is used by another program. Name another one with "--port NUMBER".',
  'web/message-too-large': 'This is too much to send at once. Do it in smaller parts, or import it as a file.',
  'web/message-incomplete': 'The data broke off on its way, so nothing was changed. Try again.',
  'web/not-running': 'No studio is being served to a browser. Start one with "terakoya serve".',
  'web/several-hosts': 'Several studios are being served (ports {ports}). Name one with "terakoya link --port NUMBER".',
  'upload/too-large': '"{file}" is larger than {limit} GB and cannot be imported. Split it into smaller files.',
  'upload/no-space':
    'The disk has too little free space for "{file}" ({needed} GB needed, {free} GB free). Free some space and choose it again.',
  'upload/broken': '"{file}" did not arrive completely. Check the free disk space and choose it again.',
  'save/refused': 'Saving "{file}" could not begin. Open the page again and retry.',
  'folder/not-found': 'The folder "{folder}" cannot be chosen. Choose one inside your home folder.',
  'folder/unreadable': 'The folder "{folder}" cannot be listed. Check its permissions, or choose another one.',
  'folder/unwritable':
    'No folder can be made in "{folder}". Check its permissions and the free space, or choose another place.',
  'folder/exists': '"{folder}" already exists. Use another name.',
  'folder/name':
    '"{folder}" cannot be the name of a folder. Use a short name without / \\ : * ? " < > | or a leading dot.',
  'web/disconnected':
    'The connection to the studio was lost. Check that it still runs in the terminal: the page connects again by itself.',
  'hub/offline': '"{host}" cannot be reached. Check the internet connection and try again.',
  'hub/proxy':
    'The proxy "{proxy}" lets nothing through ({reason}). Check the proxy settings of the system, or the variables HTTPS_PROXY and HTTP_PROXY.',
  'hub/certificate':
    'The certificate of "{host}" cannot be verified ({reason}). In a company network, name its certificate file in the variable NODE_EXTRA_CA_CERTS.',
  'hub/timeout': '"{host}" does not answer. Wait a moment and try again.',
  'hub/interrupted': 'The connection to "{host}" broke off. What has arrived is kept: continue the download.',
  'hub/gated': '"{dataset}" needs your consent to its terms. Accept them at {url} and set a token of that account.',
  'hub/token-invalid':
    'The Hugging Face token is not valid. Make a new one on the settings page and paste all of it, from "hf_" on.',
  'hub/token-needed': 'Publishing needs a Hugging Face token. Add one with the write permission in Settings.',
  'hub/token-read-only': 'The Hugging Face token may only read. Add one with the write permission in Settings.',
  'hub/repository-exists': '"{repository}" is there already. Choose another name, or turn on “Add to it if it exists”.',
  'hub/not-yours':
    'You may not write to "{repository}". Check the owner’s name and that the token has the write permission.',
  'hub/refused': 'Hugging Face refused "{repository}" ({reason}). Check its name and contents.',
  'licence/unknown':
    'The base model’s licence is not known. Check with its owner whether you may distribute the result.',
  'licence/non-commercial':
    'The base model’s licence is {licence}, which forbids commercial use. The same holds for what you publish.',
  'licence/no-derivatives':
    'The base model’s licence is {licence}, which forbids distributing changed versions. Do not publish this.',
  'licence/data-unknown':
    'The training data {dataset} states no licence. Check with its owner whether you may publish the result.',
  'licence/data-non-commercial':
    'The training data {dataset} is under {licence}, which forbids commercial use. The same may hold for what you publish.',
  'licence/data-no-derivatives':
    'The training data {dataset} is under {licence}, which forbids distributing changed versions. Check with its owner whether you may publish the result.',
  'licence/data-terms':
    'The training data {dataset} is under {licence}, which may have conditions. Check them before you publish.',
  'licence/terms':
    'The base model’s licence is {licence}. It may have conditions, such as how a model is named and which terms go with it. Check them before you publish.',
  'hub/not-found': 'Hugging Face has no "{dataset}". Check it: it reads "owner/name". Private ones need a token.',
  'hub/file-not-found': '"{dataset}" has no "{file}". Check its page and open it again.',
  'hub/disabled': 'Hugging Face has disabled "{dataset}". Choose another one.',
  'hub/rate-limited': 'Hugging Face was asked too often. Wait about {seconds} seconds and try again.',
  'hub/server': '"{host}" has trouble of its own ({status}). Wait a moment and try again.',
  'hub/unexpected':
    '"{host}" gave an answer that is not the Hub\'s ({found}). Check whether the network asks for a login, and the variable HF_ENDPOINT.',
  'hub/checksum': 'The contents of "{file}" are not those of the original, so they were discarded. Download it again.',
  'hub/size-changed':
    'The size of "{file}" is not the one in the list, so the download was ended. Its owner seems to have changed it: open it again.',
  'net/offline': '“Do not connect to the internet” is on in the settings. Turn it off there to connect.',
  'hub/offline-mode':
    'Hugging Face is not asked in offline mode (the variable HF_HUB_OFFLINE). To connect, remove the variable and start again.',
  'hub/have-model': 'The model "{model}" is here already. Choose it in the list of models.',
  'hub/not-a-table': '"{file}" is not a table, so it cannot be downloaded. Choose a file such as CSV, JSON or Parquet.',
  'hub/no-space':
    'The download needs {needed} GB and the disk has {free} GB left. Free some space, or choose another library in Settings.',
  'gpu-pack/unsupported':
    'There is no GPU pack for this system ({platform}): it needs 64-bit Windows or Linux on an x64 processor.',
  'gpu-pack/source':
    'The GPU pack cannot be had from "{host}" ({found}). Check whether the network asks for a login or a proxy, and try again.',
  'gpu-pack/npm-missing':
    'Nothing tells where the GPU pack can be had. Make npm available, or name the address in the variable TERAKOYA_GPU_PACK_SOURCE.',
  'gpu-pack/no-space':
    'The GPU pack needs {needed} GB, and "{folder}" has {free} GB left. Free some space, or choose another folder in Settings.',
  'gpu-pack/unpack':
    '"{file}" cannot be unpacked. Check the free space, and that tar and xz are installed, and try again.',
  'gpu-pack/changed':
    'The file "{file}" of the GPU pack is not the one that was downloaded. Download the GPU pack again in Settings. Until then WebGPU or the CPU computes.',
  'gpu-pack/folder-used': '"{folder}" holds other files, so the GPU pack cannot be put there. Choose another folder.',
  'gpu-pack/folder-open':
    'Other accounts may write to "{folder}", so the GPU pack cannot be kept there. In Settings, choose a folder that only you can write to.',
  'gpu-pack/archive': '"{file}" lacks a library that is needed ({missing}). Update the studio.',
  'file/not-picked': 'The file "{file}" was not picked. Choose the file again.',
  'folder/not-picked': 'The folder "{folder}" was not picked. Choose the folder again.',
  'dataset/not-found': 'The dataset "{id}" was not found. Choose one from the list.',
  'dataset/locked': '"{file}" is open in another program. Close the other studio or command and try again.',
  'dataset/foreign':
    '"{file}" was not made by this studio and cannot be opened ({problem}). Export it as CSV or Parquet and import that.',
  'dataset/newer': '"{file}" was made by a newer version of the studio. Update the studio to open it.',
  'dataset/damaged': '"{file}" is damaged and cannot be opened. Restore it from a backup, or move it to the trash.',
  'library/closed': 'The library was closed or handed over to another studio. Try again.',
  'library/gone': 'The library folder "{folder}" was not found. Put it back, or choose another folder in Settings.',
  'library/move-same': 'The library is in "{folder}" already. Choose another folder.',
  'library/move-inside':
    '"{folder}" lies in the present library, or around it. Choose a folder that has nothing to do with it.',
  'library/move-taken': '"{folder}" holds other files. Choose an empty folder.',
  'library/move-space':
    'There is not enough room: {needed} GB are needed, {free} GB are free. Free some space, or choose another place.',
  'library/move-file-size':
    'That drive (FAT) takes no files of more than 4 GB ({file}). Choose one with exFAT, NTFS or the like.',
  'library/move-busy': '"{name}" is still being worked on. Move the library when that has ended.',
  'library/move-changed':
    'Another program changed "{file}" meanwhile. Close that program, then move the library again.',
  'library/move-damaged':
    '"{file}" reads otherwise than it was written. The drive may be failing. Choose another place.',
  'library/not-left': '"{folder}" is no old copy of a moved library. Nothing was deleted.',
  'library/locked':
    'This library cannot be changed: {program} on "{host}" has been using it since {since}. Work there, or take it over.',
  'library/not-released': '{program} on "{host}" did not release the library. Close it, then take over again.',
  'library/read-only': 'This library is open for reading only. Open it in the desktop or browser studio to change it.',
  'library/switching': 'The library is changing hands, so it cannot be changed right now. Wait a moment and try again.',
  'trash/not-found': '"{id}" is not in the trash. Read the list again.',
  'trash/occupied': '"{id}" cannot be restored: it is already in its place.',
  'dataset/not-a-table':
    '"{file}" cannot be read as a table (it is a {found} file). Choose a table such as Excel, CSV, JSON or Parquet.',
  'dataset/json-comment':
    'Line {line} of "{file}" has a comment, which JSON does not allow. Remove it and import again.',
  'dataset/json-no-object':
    'Line {line} of "{file}" is no object that can be a row. Write each row as {"column": "value"}.',
  'dataset/json-too-deep': '"{file}" holds a value that is nested too deeply. Flatten it and import again.',
  'dataset/no-text':
    '"{file}" cannot be read as a table (it holds no text). Choose a table such as Excel, CSV, JSON or Parquet.',
  'dataset/packed-damaged':
    '"{file}" cannot be unpacked: it is cut off or damaged. Get the file again and import that.',
  'dataset/packed-memory':
    'Unpacking "{file}" takes much memory (--long of zstd). Unpack it, then import the file inside.',
  'dataset/packed-too-large':
    '"{file}" grows to more than {limit} GB when it is unpacked. Unpack it, split the file and import the parts.',
  'dataset/json-no-table': '"{file}" holds no list of rows. Choose JSON with a list of objects, or one object a line.',
  'dataset/json-invalid': 'Line {line} of "{file}" is not valid JSON. Check its quotes, commas and brackets.',
  'dataset/workbook-password': '"{file}" is protected by a password. Remove it in Excel, save, and import again.',
  'dataset/workbook-damaged':
    '"{file}" is damaged or of an unknown kind. Open it in Excel or another program, save it again, and import that.',
  'dataset/workbook-too-great':
    'Repeated cells, repeated texts or ranges in "{file}" are too large to be read. Copy the rows you need into a new file, save it and import that.',
  'dataset/zip-damaged': '"{entry}" cannot be taken out of "{file}". Unpack the ZIP and import the file inside.',
  'dataset/zip-too-large':
    '"{entry}" in "{file}" grows to more than {limit} GB. Unpack the ZIP, split the file and import the parts.',
  'dataset/row-too-long':
    'The row that begins in line {line} of "{file}" is too long (at most {limit} characters). Check that its quotes are closed, its delimiters and its line breaks.',
  'dataset/json-too-large':
    '"{file}" has {size} GB, and JSON that is one list can be read up to {limit} GB. Make it JSONL, one object a line.',
  'dataset/import-cancelled': 'The import of "{file}" was cancelled. Importing it again begins anew.',
  'dataset/zip-no-table': 'There is no table in "{file}". Choose a ZIP that holds CSV, Excel, JSON or the like.',
  'dataset/zip-broken': '"{file}" is cut off or damaged. Get the file again and import that.',
  'dataset/zip-password':
    '"{entry}" in "{file}" is protected by a password. Unpack the ZIP and import the file inside.',
  'dataset/arrow-damaged': '"{file}" is an Arrow file that is cut off or damaged. Get the file again and import that.',
  'dataset/arrow-big-endian':
    '"{file}" is an Arrow file in big-endian byte order, which cannot be read. Save it in little-endian order or as Parquet, and import that.',
  'dataset/arrow-value':
    'The value of "{column}" in row {row} of "{file}" cannot be read. Save that column as text, or the file as Parquet, and import that.',
  'dataset/too-large':
    '"{file}" has {size} GB, and at most {limit} GB can be read at once. Split the file and append the parts one by one.',
  'dataset/parquet-damaged':
    '"{file}" cannot be read as Parquet: it is damaged, or written in a way that is not supported. Get it again, or save it in another format.',
  'dataset/parquet-encrypted': '"{file}" is an encrypted Parquet file. Save it without encryption, and import that.',
  'dataset/parquet-memory':
    'There is not enough memory to read "{file}". Save it as Parquet with smaller row groups, or split the file.',
  'dataset/parquet-unsupported':
    'The compression or encoding of "{file}" is not supported. Save it as Parquet with zstd or snappy, and import that.',
  'dataset/not-in-cp932':
    'Row {row}, "{column}": Shift_JIS has no character "{character}". Export as CSV in UTF-8 or as an Excel file.',
  'dataset/too-long-for-xlsx':
    'An Excel file holds {limit} rows at most, and there are {rows}. Export as CSV or Parquet.',
  'dataset/cell-too-long-for-xlsx':
    '"{column}" in row {row} has {characters} characters, and a cell of Excel holds {limit} at most. Export as CSV or Parquet.',
  'dataset/too-long-for-numbers':
    'At most {limit} rows can be exported for Numbers, and there are {rows}. Export as Excel or CSV, which Numbers opens too.',
  'dataset/file-empty': '"{file}" is empty. Write the column names in line 1 and the data from line 2 on.',
  'dataset/quote-open':
    'In "{file}", the quotation mark (") that begins in line {line} is never closed. Close it and import again.',
  'dataset/too-many-columns': '"{file}" has {found} columns. Use at most {limit}.',
  'dataset/column-not-found': 'There is no column "{column}". Open the table again.',
  'dataset/regex-invalid':
    'The regular expression "{pattern}" is not valid. Check its brackets; look-around and back references cannot be used.',
  'dataset/regex-group':
    'The replacement names "{group}", but the regular expression has {count} groups in brackets. Check the number.',
  'dataset/range-too-large':
    'The selected range has {found} cells. At most {limit} can be handled at once: choose a smaller range.',
  'dataset/view-order':
    'Rows cannot be inserted or moved while a filter or a sorted view is shown. Clear it and try again.',
  'dataset/join-duplicates':
    'The column "{column}" of the dataset to join has "{value}" in {count} rows. Keep one of them, or choose to use the first.',
  'dataset/shares-too-large': 'The shares of the split add up to {total}%. Make it 100% or less.',
  'dataset/no-columns': 'There is no column to write to "{file}". Add one, then export again.',
  'dataset/part-empty': 'No row would go into "{name}" (there are {rows} rows). Use a larger share, or add rows.',
  'dataset/too-many-parts': 'The column "{column}" has {found} different values. Choose a column with at most {limit}.',
  'dataset/columns-missing':
    'The dataset "{dataset}" has no question and answer columns (it has: {found}). Choose "prompt" and "answer" in the menus of the column headers.',
  'gguf/damaged': 'The file "{file}" cannot be read as GGUF (byte {position}). Download it again.',
  'gguf/version':
    'GGUF version {found} of the file "{file}" cannot be read. Use one that a newer llama.cpp has written.',
  'gguf/type-unknown':
    'The weight "{tensor}" in "{file}" is quantized in a way that is not known (type {found}). Choose a file in F16, Q8_0, Q4_K or the like.',
  'gguf/metadata':
    'The entry "{key}" in the metadata of "{file}" is missing or not valid. Choose another GGUF, or download it again.',
  'gguf/architecture':
    'A GGUF of the architecture "{found}" cannot be imported (these can: {supported}). Choose the original, unquantized model.',
  'gguf/tensor-unknown':
    'The file "{file}" has a weight "{tensor}" that cannot be imported. Choose the original, unquantized model.',
  'gguf/tokenizer':
    'The tokenizer of this GGUF ({found}) cannot be rebuilt. Put the tokenizer files of the original model into the folder.',
  'gguf/family':
    'Models of the type "{found}" cannot be exported as GGUF (these can: {supported}). Export safetensors instead.',
  'gguf/config':
    'llama.cpp would not compute this model in the same way, so it cannot be exported as GGUF ("{setting}": {found}). Export safetensors instead.',
  'gguf/weight-unknown':
    'llama.cpp has no use for the weight "{weight}" of this model, so it cannot be exported as GGUF. Export safetensors instead.',
  'gguf/not-finite':
    'The weight "{weight}" has infinite numbers or NaN, so it cannot be exported. Choose an earlier checkpoint, or train again.',
  'gguf/no-quantizer':
    'The quantization "{type}" needs the library of llama.cpp, which is not there. Choose F16 or Q8_0.',
  'gguf/adapter': 'This adapter uses "{setting}", so it cannot become a GGUF LoRA. Export the merged model instead.',
  'llama-cpp/missing':
    'The library of llama.cpp is not there ({platform}). Install the studio again. F16, BF16 and Q8_0 can be exported without a check.',
  'llama-cpp/unloadable':
    'The library "{file}" of llama.cpp cannot be loaded. Install the studio again, or except it from your antivirus program.',
  'llama-cpp/not-opened': 'llama.cpp could not open "{file}". Make sure that memory is free, and export again.',
  'llama-cpp/ended': 'llama.cpp ended while it checked "{file}". Make sure that memory is free, and try again.',
}
