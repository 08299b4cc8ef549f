import "../main.jsx";
