const registerPlugin = (name) => window.Capacitor.Plugins[name];
const Clipboard = registerPlugin("Clipboard");
window.addEventListener("load", async () => { document.title = (await Clipboard.read()).value; });
