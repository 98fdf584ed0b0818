// The report's data: unpacked once, before anything is drawn.

export const main = document.getElementById("main");

const unpack = async () => {
  if (!("DecompressionStream" in window)) {
    main.append("This browser is too old for this report.");
    await new Promise(() => {});
  }
  const text = document.getElementById("data").textContent;
  const slowly = () => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const bytes = Uint8Array.fromBase64?.(text) ?? slowly();
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
};

export const data = await unpack();
export const isPublic = data.about.public;
export const projectById = new Map(data.projects.map((each) => [each.project_id, each]));
