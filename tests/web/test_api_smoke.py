def test_smoke(shop):
    c = shop.caller("cora")
    cust = c.create("customer", name="Ann", unit=2, phone="13800138001", city="X")
    print(cust)
    o = c.create("order", customer=cust["id"], lines=[{"item": "a", "price": "3"}])
    print(o)
    p = shop.person("cora")
    for u in ["/", "/e/customer/", "/e/order/", "/e/order/?as=board", "/e/order/?as=calendar", "/e/org_unit/", "/e/order/new", f"/e/order/{o['id']}", f"/e/order/{o['id']}/edit", "/e/thing/new", "/search?q=Ann", "/api/v1/openapi.json"]:
        with shop.counted() as s:
            a = p.get(u)
        print(u, a.status_code, len(s), len(a.text))
        if a.status_code != 200: print(a.text[:500])
