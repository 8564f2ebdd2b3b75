# login
curl -X POST http://localhost:8081/api/login -H "Content-Type: application/json" -d '{"username": "admin", "password": "password"}' | jq --raw-output .data.token > "$HOME/token"
# boot-method
curl -H "Authorization: Bearer $(cat "$HOME/token")" -X POST http://localhost:8081/api/images/boot-method -H "Content-Type: application/json" -d '{"filename": "ubuntu-24.04.iso", "boot_method": "sanboot"}'
# extract
curl -H "Authorization: Bearer $(cat "$HOME/token")" -X POST "http://localhost:8081/api/images/extract?filename=ubuntu-24.04.iso"
# progress
curl -H "Authorization: Bearer $(cat "$HOME/token")" "http://localhost:8081/api/images/extract-progress?filename=ubuntu-24.04.iso"
# change
curl -H "Authorization: Bearer $(cat "$HOME/token")" -X PUT "http://localhost:8081/api/images?filename=ubuntu-24.04.iso" -H "Content-Type: application/json" -d '{"description": "later", "enabled": true, "public": true, "order": 3}'
# delete
curl -H "Authorization: Bearer $(cat "$HOME/token")" -X DELETE "http://localhost:8081/api/images?filename=ubuntu-24.04.iso&delete_file=true"
# logout
curl -H "Authorization: Bearer $(cat "$HOME/token")" -X POST http://localhost:8081/api/logout
