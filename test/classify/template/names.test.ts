import { describe, expect, it } from 'vitest';
import { canonicalTemplate } from '../../../src/classify/template/canonical-template.ts';

describe('a name that is the error stays', () => {
  it.each([
    ['ClassNotFoundException: com.acme.Foo', 'ClassNotFoundException: com.acme.Bar'],
    ['NoClassDefFoundError: com.acme.Foo$Part', 'NoClassDefFoundError: com.acme.Foo$Whole'],
    ['No enum constant a.b.Color.PINK', 'No enum constant a.b.Color.TEAL'],
    ['no bean "com.acme.Foo" here', 'no bean "com.acme.Bar" here'],
    ["ValueError('bad address')", "ValueError('bad number')"],
    ['job lost: ValueError("bad address of 7",)', 'job lost: ValueError("bad number of 7",)'],
    ["OSError(28, 'No room left')", "OSError(5, 'Bad disk')"],
    ["Execution failed for task ':app:compileJava'", "Execution failed for task ':app:lint'"],
    ["threw an instance of 'std::bad_alloc'", "threw an instance of 'std::out_of_range'"],
  ])('apart: %s, %s', (a, b) => {
    expect(canonicalTemplate(a)).not.toBe(canonicalTemplate(b));
  });

  it.each([
    ['no answer of shop.example.internal', 'no answer of pump.example.internal'],
    ['no answer of DC.EXAMPLE.COM', 'no answer of AD.EXAMPLE.COM'],
    ['com.acme.Foo: the lease was lost', 'com.acme.Bar: the lease was lost'],
    ['ClassNotFoundException: com.acme.Foo in job 7', 'ClassNotFoundException: com.acme.Foo in job 8'],
    ["ValueError('bad number 5')", "ValueError('bad number 6')"],
    ["KeyError('order-5512')", "KeyError('order-5513')"],
    ["cannot parse ('a b')", "cannot parse ('c d')"],
    ["no route to 'fe80::a'", "no route to 'fe80::b'"],
    ["no session 'user: ann'", "no session 'user: bob'"],
  ])('one error: %s, %s', (a, b) => {
    expect(canonicalTemplate(a)).toBe(canonicalTemplate(b));
  });
});
