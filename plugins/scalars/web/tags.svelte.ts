// The tags of the dashboard as state: which pass the filter, in which groups, and which are held.
// Few are held all and filtered here; of many the server says what matches, and the page holds the
// beginning and what is in sight.
import { getTags, type Tag, type TagsPart } from '$web/api/catalog';
import type { ActionSearch, Change } from '$web/plugin';
import { longList } from '$web/longList.svelte';
import { paced, resource } from '$web/resource.svelte';
import { toServerFilter } from '$web/widgets/search';
import { grouped, sectionsOf, type TagSection } from './model';
import type { ScalarsSettings } from './settings.svelte';

/** So many tags the page holds all of. */
export const headLength = 500;
// A tag may be new whenever a run grew; their names may lag behind the curves a little.
const tagsMs = 1_000;
/** Of a long list the palette offers so many, of those that match. */
const maxFound = 60;

/** To be made while a component is. */
export function createTags(settings: ScalarsSettings) {
  let isLong = $state(false);
  const serverFilter = () =>
    settings.search.error === undefined ? toServerFilter(settings.filter, settings.isPlain) : '';
  const list = longList<string, Tag, TagsPart>(
    () => (isLong ? serverFilter() : ''),
    async (filter, offset, limit, signal) => {
      const part = await getTags('scalars', filter, offset, limit, signal);
      if (isLong || part.total <= headLength) return part;
      isLong = true;
      const wanted = serverFilter();
      return wanted ? getTags('scalars', wanted, offset, limit, signal) : part;
    },
    () => headLength,
  );
  const refresh = paced(list.refresh, tagsMs);

  const matching = $derived(
    isLong ? [] : (list.head?.items.filter(({ tag }) => settings.search.matches(tag)) ?? []),
  );
  const count = $derived(isLong ? (list.head?.matching ?? 0) : matching.length);
  const sections = $derived<readonly TagSection[]>(
    sectionsOf(
      isLong
        ? (list.head?.groups ?? [])
        : grouped(matching).map(({ name, tags }) => ({ prefix: name, tags: tags.length })),
    ),
  );
  const inOrder = $derived(isLong ? undefined : grouped(matching).flatMap(({ tags }) => tags));
  const byName = $derived(new Map(list.head?.items.map((tag) => [tag.tag, tag])));

  // A link may name a tag that stands far down in a long list.
  const lone = resource(
    () => {
      const name = settings.full;
      return isLong && name !== undefined && !byName.has(name) ? name : undefined;
    },
    async (name: string, signal) => {
      const part = await getTags(
        'scalars',
        toServerFilter(`^${quoted(name)}$`, false),
        0,
        9,
        signal,
      );
      return part.items.find(({ tag }) => tag === name);
    },
  );

  const at = (place: number): Tag | undefined => (inOrder ? inOrder[place] : list.at(place));

  return {
    /** How many tags there are, and how many of them pass the filter. */
    get total() {
      return list.head?.total;
    },
    get count() {
      return count;
    },
    get sections() {
      return sections;
    },
    /** How many groups more there are than sections. */
    get groupsLeftOut() {
      return isLong ? (list.head?.groupsLeftOut ?? 0) : 0;
    },
    get error() {
      return list.error;
    },
    /** Why the expression in the box is none. */
    get filterError() {
      return (
        settings.search.error ??
        (isLong && settings.filter !== '' ? list.error?.message : undefined)
      );
    },
    /** Whether the places of all tags are known. */
    get isWhole() {
      return !isLong || list.isWhole;
    },
    /** All tags, while they are held; else none. */
    get all(): readonly Tag[] {
      return isLong ? [] : (list.head?.items ?? []);
    },
    get full(): Tag | undefined {
      const name = settings.full;
      if (name === undefined) return undefined;
      return byName.get(name) ?? (lone.value?.tag === name ? lone.value : undefined);
    },
    at,
    look: list.look,
    /** Asks again if tags came or went, as the change says. */
    hear: ({ all, tags }: Change): void => {
      if (all || tags !== list.head?.revision) refresh.request();
    },
    search: (async (text, signal) => {
      if (!isLong) return [];
      const part = await getTags('scalars', toServerFilter(text, true), 0, maxFound, signal);
      return part.items.map(({ tag }) => ({
        label: tag,
        group: 'tag',
        run: () => (settings.full = tag),
      }));
    }) satisfies ActionSearch,
    stop: refresh.stop,
  };
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
