// A stand-in for Cordova's script: what apps call is defined here, not used.
;(function() {
var PLATFORM_VERSION_BUILD_LABEL = '12.0.1';
window.cordova = { define: function (id, factory) { factory(); }, plugins: {} };
})();
