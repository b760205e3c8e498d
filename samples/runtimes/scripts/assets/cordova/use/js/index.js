var app = {
  start: function () {
    document.getElementById("paste").addEventListener("click", this.fill);
    document.addEventListener("deviceready", function () {
      window.cordova.plugins.clipboard.paste(function (text) { app.found = text; });
    });
  },
  fill: function () {
    cordova.plugins.clipboard.paste(function (text) { document.title = text; });
  }
};
app.start();
