__d(function(g,r,i,a,m,e,d){var t=r(d[0])(r(d[1])),n=r(d[2]);Object.defineProperty(e,"__esModule",{value:!0});Object.defineProperty(e,"useClipboard",{enumerable:!0,get:function(){return n.useClipboard}});e.default=t.default},1,[6,2,4]);
__d(function(g,r,i,a,m,e,d){Object.defineProperty(e,"__esModule",{value:!0});var t=r(d[0])(r(d[1]));e.default={getString:function(){return t.default.getString()},setString:function(n){t.default.setString(n)},hasString:function(){return t.default.hasString()}}},2,[6,3]);
__d(function(g,r,i,a,m,e,d){Object.defineProperty(e,"__esModule",{value:!0});var t=r(d[0]);e.default=t.TurboModuleRegistry.getEnforcing("RNCClipboard")},3,[5]);
__d(function(g,r,i,a,m,e,d){var t=r(d[0])(r(d[1])),n=r(d[2]);e.useClipboard=function(){var s=n.useState("");return n.useEffect(function(){t.default.getString().then(s[1])},[]),s}},4,[6,2,5]);
__d(function(g,r,i,a,m,e,d){m.exports={TurboModuleRegistry:{getEnforcing:function(t){return g.modules[t]}},Pressable:function(t){return t},useState:function(t){return[t,function(){}]},useEffect:function(t){t()}}},5,[]);
__d(function(g,r,i,a,m,e,d){m.exports=function(t){return t&&t.__esModule?t:{default:t}}},6,[]);
__r(0);
