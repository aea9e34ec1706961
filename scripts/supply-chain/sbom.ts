/** The CycloneDX document of `npm sbom`, made the same for the same lock file: no random number, no clock, no folder name. */
import { createHash } from 'node:crypto';

interface Bom {
  serialNumber?: string;
  metadata: {
    timestamp?: string;
    tools?: unknown;
    component: { name?: string; version: string; 'bom-ref': string };
  };
  components: { 'bom-ref': string }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

/**
 * `name`: of the package. `shipped`: `name@version` of what is used at run time; asked for that alone (`--omit=dev`), npm
 * leaves out what a tool uses, too. The serial number is a UUID of version 8 made of the content.
 */
export function deterministicBom(json: string, name: string, shipped: ReadonlySet<string>): string {
  const bom = JSON.parse(json) as Bom;
  const own = bom.metadata.component['bom-ref'];
  const kept = (ref: string): boolean => ref === own || shipped.has(ref);
  bom.components = bom.components.filter((one) => kept(one['bom-ref']));
  bom.dependencies = bom.dependencies.filter((one) => kept(one.ref));
  delete bom.serialNumber;
  delete bom.metadata.timestamp;
  delete bom.metadata.tools;
  bom.metadata.component.name = name;
  bom.components.sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
  bom.dependencies.sort((a, b) => (a.ref < b.ref ? -1 : 1));
  for (const one of bom.dependencies) one.dependsOn = (one.dependsOn ?? []).filter(kept).sort();
  const hex = createHash('sha256').update(JSON.stringify(bom)).digest('hex');
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return `${JSON.stringify({ ...bom, serialNumber: `urn:uuid:${uuid}` }, null, 2)}\n`;
}
