fetch("https://script.com.example/data?x=1").then(show);
var s = "wss://live.com.example/feed";
