const registerPlugin = (name) => window.Capacitor.Plugins[name];
const Clipboard = registerPlugin("Clipboard");
window.addEventListener("load", () => { document.title = String(Clipboard); });
