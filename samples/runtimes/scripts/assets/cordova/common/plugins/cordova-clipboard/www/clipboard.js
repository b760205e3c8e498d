cordova.define("cordova-clipboard.Clipboard", function () {
  cordova.plugins.clipboard = { paste: function (done) { window.exec(done, "Clipboard", "paste"); } };
  cordova.plugins.clipboard.paste(function () {});
});
