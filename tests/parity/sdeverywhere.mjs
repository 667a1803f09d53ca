// Compiles a Vensim file with SDEverywhere and prints every variable at every saved time as JSON.
//   node sdeverywhere.mjs MODEL.mdl FOLDER
import { writeFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseAndGenerate } from '@sdeverywhere/compile'
import { createSynchronousModelRunner } from '@sdeverywhere/runtime'

const [model, folder] = process.argv.slice(2)
const text = readFileSync(model, 'utf8')
const code = await parseAndGenerate(text, 'vensim', {}, ['generateJS'], folder, 'model', folder)
const compiled = join(folder, 'model.mjs')
writeFileSync(compiled, code)
const { default: load } = await import(pathToFileURL(compiled))
const runner = createSynchronousModelRunner(await load())
const outputs = runner.runModelSync([], runner.createOutputs())
const values = outputs.varSeries.map(({ points }) => points.map(({ y }) => y))
const times = outputs.varSeries[0].points.map(({ x }) => x)
writeFileSync(join(folder, 'results.json'), JSON.stringify({ times, names: outputs.varIds, values }))
