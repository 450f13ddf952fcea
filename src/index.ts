export { type Aggregator, type AggregatorOptions, type AlertNotice, createAggregator } from './aggregator.ts';
export { type Classified, type ClassifyInput, classifyError } from './classify-error.ts';
