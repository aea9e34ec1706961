/** Findings for what goes, in the largest unit that goes whole: policy, statement, service, else a list of actions. */
import type { Grant } from '../grants.ts';
import type { PlanInput } from '../input.ts';
import type { Ruling } from '../judge-ruling.ts';
import type { Finding, FindingKind } from '../plan.ts';
import { advisorEvidence, confidenceOf, lowest, observability, seenEvidence, some } from './evidence.ts';
import type { Draft } from './make.ts';
import { risksOf, severityOf } from './risk.ts';
import { findingOn, onlyOne } from './shared.ts';

/** A statement that loses more services than this gets one finding for those without weight, so that a reader can see. */
const MANY_SERVICES = 20;

export interface Ruled {
  readonly grant: Grant;
  readonly rulings: readonly Ruling[];
}

export function removals(input: PlanInput, ruled: readonly Ruled[]): Finding[] {
  return [...byPolicy(ruled)].flatMap(([index, statements]) => {
    const attached = input.account?.policies[index];
    const policy = attached?.name ?? `#${index}`;
    const make = maker(input, attached?.group);
    const allows = statements.filter(({ grant }) => grant.source.effect === 'Allow');
    const whole = allows.filter(({ rulings }) => goes(rulings));
    if (allows.length > 0 && whole.length === statements.length) {
      const all = onlyOne(
        statements.length === 1 ? statements[0]!.rulings : statements.flatMap((one) => one.rulings),
      );
      return [make('detach-policy', all, { subject: policy }, { policy })];
    }
    return allows.flatMap(({ grant, rulings }) => {
      const place = { policy, statement: grant.label };
      if (goes(rulings)) return [make('remove-statement', rulings, { subject: grant.label }, place)];
      return fromStatement(input, make, rulings, place);
    });
  });
}

const goes = (rulings: readonly Ruling[]): boolean =>
  rulings.length > 0 && rulings.every((one) => one.keep === 'remove');

type Told = Pick<Draft, 'subject' | 'name' | 'values'>;
type Place = Pick<Draft, 'policy' | 'statement'>;
type Make = (kind: FindingKind, rulings: readonly Ruling[], told: Told, place: Place) => Finding;

function maker(input: PlanInput, group: string | undefined): Make {
  const { window, gaps } = input.coverage;
  const young = gaps.find((gap) => gap.reason === 'before-principal')?.to ?? window.from;
  const evidenceMs = window.to - young;
  return (kind, rulings, draft, place) => {
    const { subject, name } = draft;
    const { policy, statement } = place;
    return findingOn(rulings, [kind, group, subject, name, policy, statement], () => {
      const { actions, reasons, severity, confidence, evidence } = factsOf(rulings, input, evidenceMs);
      const what =
        group === undefined ? reasons : `${reasons}; group ${group} has it, and its other members may use it`;
      const values = { what, ...draft.values };
      return { ...draft, ...place, kind, values, severity, confidence, actions, evidence };
    });
  };
}

type Facts = Required<Pick<Draft, 'severity' | 'confidence' | 'actions' | 'evidence'>> & {
  readonly reasons: string;
};

/** A list of rulings rests on one body of evidence, whether it is one principal's or shared by many. */
const known = {
  losing: new WeakMap<readonly Ruling[], Losing | 'nothing'>(),
  losses: new WeakMap<readonly Ruling[], readonly Loss[]>(),
};

function factsOf(rulings: readonly Ruling[], { lastAccessed }: PlanInput, evidenceMs: number): Facts {
  const actions = rulings.map((one) => one.action);
  return {
    actions,
    reasons: some(rulings.map((one) => one.reason)),
    severity: severityOf(actions),
    confidence: lowest(rulings.map((one) => confidenceOf(one, evidenceMs))),
    evidence: seenEvidence(
      rulings.flatMap((one) => one.rare),
      observability(rulings),
      advisorEvidence(rulings, lastAccessed),
    ),
  };
}

/** Services that go whole, and the actions that go from the others. */
function fromStatement(
  input: PlanInput,
  make: Make,
  rulings: readonly Ruling[],
  place: { readonly policy: string; readonly statement: string },
): Finding[] {
  const losses = known.losses.get(rulings) ?? lossesOf(input, rulings);
  known.losses.set(rulings, losses);
  return losses.map(({ kind, gone, draft }) => make(kind, gone, draft, place));
}

interface Loss {
  readonly kind: 'remove-service' | 'remove-action';
  readonly gone: readonly Ruling[];
  readonly draft: Told;
}

function lossesOf(input: PlanInput, rulings: readonly Ruling[]): readonly Loss[] {
  const losing = [...byService(rulings)].flatMap(([service, all]): readonly Losing[] => {
    const found = known.losing.get(all) ?? losingOf(service, all);
    known.losing.set(all, found);
    return found === 'nothing' ? [] : [found];
  });
  const many = losing.length > MANY_SERVICES;
  const together = (['remove-service', 'remove-action'] as const).flatMap((kind): Loss[] => {
    const group = losing.filter((one) => many && one.light && one.kind === kind);
    if (group.length === 0) return [];
    const subject = group.length === 1 ? group[0]!.service : `${group.length} services`;
    const draft = { subject, name: 'services without weight', values: { service: subject } };
    return [{ kind, gone: onlyOne(group.flatMap((one) => one.gone)), draft }];
  });
  const single = losing
    .filter((one) => !(many && one.light))
    .map(({ service, gone, kind }): Loss => {
      const values = { service: input.catalogue.serviceName(service) ?? service };
      return { kind, gone, draft: { subject: service, values } };
    });
  return [...together, ...single];
}

function losingOf(service: string, all: readonly Ruling[]): Losing | 'nothing' {
  const gone = onlyOne(all.filter((one) => one.keep === 'remove'));
  if (gone.length === 0) return 'nothing';
  const light = risksOf(gone.map((one) => one.action)).length === 0 && !gone.some(hasAttempt);
  return { service, gone, light, kind: gone.length === all.length ? 'remove-service' : 'remove-action' };
}

interface Losing {
  readonly service: string;
  readonly gone: readonly Ruling[];
  /** Nothing that goes could do harm, and nobody is known to have tried it. */
  readonly light: boolean;
  readonly kind: 'remove-service' | 'remove-action';
}

const hasAttempt = (ruling: Ruling): boolean => 'at' in ruling.advisor;

export function byPolicy(ruled: readonly Ruled[]): ReadonlyMap<number, readonly Ruled[]> {
  const map = new Map<number, Ruled[]>();
  for (const one of ruled) {
    const known = map.get(one.grant.policy);
    if (known) known.push(one);
    else map.set(one.grant.policy, [one]);
  }
  return map;
}

const services = new WeakMap<readonly Ruling[], ReadonlyMap<string, readonly Ruling[]>>();

export function byService(rulings: readonly Ruling[]): ReadonlyMap<string, readonly Ruling[]> {
  const known = services.get(rulings) ?? divided(rulings);
  services.set(rulings, known);
  return known;
}

function divided(rulings: readonly Ruling[]): ReadonlyMap<string, readonly Ruling[]> {
  const map = new Map<string, Ruling[]>();
  for (const one of rulings) {
    const known = map.get(one.service);
    if (known) known.push(one);
    else map.set(one.service, [one]);
  }
  const shared = new Map<string, readonly Ruling[]>();
  for (const [service, list] of map) shared.set(service, onlyOne(list));
  return shared;
}
