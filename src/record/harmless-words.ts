/**
 * Words that continue a sentence: `token: expired`, `password: must not be blank`. A value that is only such a word is no
 * secret, or one that is guessed before it is leaked. Only behind `key:` and `--key `, never behind `key=`.
 */
const WORDS = new Set(
  `a an the no not none null nil undefined true false is was are were has have had be been being isn't wasn't doesn't
  expired expires expiring invalid invalidated missing required incorrect wrong rejected revoked denied failed failing fails failure
  forbidden unauthorized unauthenticated unknown malformed empty blank absent bad mismatch mismatched unexpected unsupported
  unable unavailable unset set unverified verified valid ok okay error errors exception warning found got expected expecting
  must cannot can't can could couldn't does did do should shouldn't would will won't may might please
  on in for of to at by from with without within and or but if when while because after before during as so than then too
  already never only also still again yet
  this that these those it its your our their his her you we they there here
  authentication authorization access permission request response user users account login session sign signature header headers
  cookie cookies token tokens password passwords passwd secret secrets credential credentials key keys dsn jwt bearer
  field fields string value values path cast length minimum maximum ensure at-least option flag argument parameter type format
  new old current using used use uses usage updated update created create creating refresh refreshed refreshing reset changed
  deleted removed added loaded loading generated issued saved stored checking validating parsing decoding fetching reading
  syntax punc name operator string num eof identifier end`.split(/\s+/),
);

/** Whether a word, less its punctuation, is one of a sentence. */
export function isHarmlessWord(word: string): boolean {
  return WORDS.has(word.toLowerCase().replace(/[.,;:!?)\]}'"]+$/, ''));
}
