/** Answers to the preprocessor functions that a tree of Kconfiglib has in Python (KCONFIG_FUNCTIONS). */

import {badInput} from '../base/diagnostic.ts';
import type {Dialect, KconfiglibFunction} from '../kconfig/index.ts';
import {bytesOf} from './bytes.ts';
import type {OwnOptions} from './command-line.ts';
import {readIfThere} from './write.ts';

type Answers = string | ReadonlyMap<string, string>;

/**
 * What `--functions FILE` and `--function NAME=VALUE` say. FILE is JSON: for each function a text, which always is the
 * answer, or an object of answers by the arguments with commas between them, `*` for all others. Those of Zephyr that
 * ask the devicetree answer as they do without one.
 */
export function treeFunctions(
  {functions, functionFile}: Pick<OwnOptions, 'functions' | 'functionFile'>,
  dialect: Dialect,
): (name: string) => KconfiglibFunction | undefined {
  const answers = new Map(functionFile === undefined ? [] : readAnswers(functionFile));
  for (const given of functions) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
    if (name === undefined) {
      throw badInput('bad-function', `--function ${given} has no =`, {hint: 'write --function NAME=ANSWER'});
    }
    answers.set(name, value!);
  }
  return (name) => {
    const answer = answers.get(name);
    if (answer !== undefined) return answering(name, answer);
    return dialect.name === 'zephyr' ? withoutDevicetree(name) : undefined;
  };
}

function answering(name: string, answer: Answers): KconfiglibFunction {
  return {
    minimum: 0,
    answer: (...words) => {
      if (typeof answer === 'string') return answer;
      const given = words.join(',');
      const found = answer.get(given) ?? answer.get('*');
      if (found !== undefined) return found;
      const hint = 'add it, or "*" for all other arguments, to the file of --functions';
      throw badInput('no-answer', `there is no answer to $(${name},${given})`, {hint});
    },
  };
}

/** What a function of Zephyr's kconfigfunctions.py answers if there is no EDT_PICKLE. */
function withoutDevicetree(name: string): KconfiglibFunction | undefined {
  if (!name.startsWith('dt_') && name !== 'shields_list_contains') return undefined;
  const isText = /_(label|path)$/.test(name);
  const answer = name.endsWith('_int') ? '0' : name.endsWith('_hex') ? '0x0' : isText ? '' : 'n';
  return {minimum: 1, answer: () => answer};
}

function readAnswers(file: string): readonly (readonly [string, Answers])[] {
  const text = readIfThere(file);
  if (text === undefined) throw badInput('no-functions', `--functions: cannot read ${file}`);
  const wrong = (what: string) =>
    badInput('bad-functions', `${file}: ${what}`, {
      hint: 'write {"name": "answer", "other": {"argument,argument": "answer", "*": "answer"}}',
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));
  } catch (error) {
    throw wrong(`no JSON: ${(error as Error).message}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw wrong('no object');
  return Object.entries(parsed).map(([name, answer]: [string, unknown]) => {
    if (typeof answer === 'string') return [bytesOf(name), bytesOf(answer)] as const;
    const isMap = typeof answer === 'object' && answer !== null;
    const entries: [string, unknown][] = isMap ? Object.entries(answer) : [];
    if (!isMap || entries.some(([, one]) => typeof one !== 'string')) {
      throw wrong(`the answer to ${name} is neither a text nor an object of texts`);
    }
    const byWords = entries.map(([words, one]) => [bytesOf(words), bytesOf(one as string)] as const);
    return [bytesOf(name), new Map(byWords)] as const;
  });
}
