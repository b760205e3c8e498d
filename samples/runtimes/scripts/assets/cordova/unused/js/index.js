var app = {
  start: function () {
    document.getElementById("paste").addEventListener("click", this.paste);
  },
  paste: function () {
    app.clipboard.paste("cordova.plugins.clipboard.paste");
  },
  clipboard: { paste: function (text) { document.title = text; } }
};
app.start();
